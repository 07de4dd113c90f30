// What is wrong with documents, each with the lines around it.
import { counted } from '@/lib/numbers'
import { Alert } from '@/ui/alert'
import { CodeFrame } from '@/ui/code'
import { Stack } from '@/ui/layout'
import type { Problem } from './read'

const AROUND = 2

export function Problems({ text, problems }: { text: string; problems: readonly Problem[] }) {
  return (
    <Alert tone="danger" title={problems.length === 1 ? 'Nothing was changed: something is wrong' : `Nothing was changed: ${counted(problems.length, 'thing')} are wrong`}>
      <Stack gap={3}>
        {problems.map(({ line, message }) => (
          <div key={`${line} ${message}`}>
            {line === null ? message : `Line ${line}: ${message}`}
            {line !== null && <CodeFrame frame={frameOf(text, line)} line={line} />}
          </div>
        ))}
      </Stack>
    </Alert>
  )
}

function frameOf(text: string, line: number): string {
  const lines = text.split('\n')
  const first = Math.max(1, line - AROUND)
  return lines
    .slice(first - 1, line + AROUND)
    .map((code, at) => `${first + at}: ${code}`)
    .join('\n')
}
