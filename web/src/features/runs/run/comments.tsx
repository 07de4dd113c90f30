// What people said about the run.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Section } from '@/ui/section'
import { Textarea } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { Who } from '@/ui/who'
import { commentsOf } from './queries'
import styles from './run.module.css'

export function Comments({ run }: { run: string }) {
  const { data } = useQuery(commentsOf(run))
  const comments = data?.data ?? []
  return (
    <Section title="Comments" {...(comments.length > 0 && { count: comments.length })}>
      {comments.length > 0 && (
        <ol className={styles.comments}>
          {comments.map((comment) => (
            <li key={comment.id}>
              <div>
                <Who name={comment.attributes.author ?? 'Slipway'} />
                {comment.attributes['created-at'] && (
                  <span className={styles.quiet}>
                    <Time at={comment.attributes['created-at']} />
                  </span>
                )}
              </div>
              <p>{comment.attributes.body}</p>
            </li>
          ))}
        </ol>
      )}
      <NewComment run={run} />
    </Section>
  )
}

function NewComment({ run }: { run: string }) {
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const submit = async () => {
    setBusy(true)
    setError(null)
    try {
      const body = { data: { type: 'comments', attributes: { body: text.trim() } } }
      await call('post', '/api/v2/runs/{run}/comments', { params: { path: { run } }, body })
      setText('')
      await queries.invalidateQueries({ queryKey: commentsOf(run).queryKey })
    } catch (thrown) {
      setError(toApiError(thrown))
    }
    setBusy(false)
  }
  return (
    // Ctrl and Enter send what is typed, as everywhere.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={styles['new-comment']}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') void submit()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim() !== '') void submit()
      }}
    >
      <Textarea label="Comment on this run" isLabelHidden placeholder="Comment on this run" rows={2} value={text} onChange={setText} />
      {error && <ErrorNotice error={error} />}
      <Button type="submit" size="sm" isBusy={isBusy} disabledReason={text.trim() === '' ? 'Write something first.' : null}>
        Comment
      </Button>
    </form>
  )
}
