// Makes a token of a pool and shows the command that starts a runner with it.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResourceOf, stale } from '@/api/query'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { ShownOnce } from '@/ui/shown-once'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'

type Token = ResourceOf<'Token'>

/** Mounted while it is open. */
export function StartRunner({ pool, onClose }: { pool: ResourceOf<'RunnerPool'>; onClose: () => void }) {
  const [made, setMade] = useState<Token | null>(null)
  return (
    <Dialog isOpen onClose={onClose} title={made ? 'Start the runner' : `Start a runner for ${pool.attributes.name}`} size="md">
      {made ? <Made token={made} onClose={onClose} /> : <Ask pool={pool} onMade={setMade} />}
    </Dialog>
  )
}

function Ask({ pool, onMade }: { pool: ResourceOf<'RunnerPool'>; onMade: (token: Token) => void }) {
  const queries = useQueryClient()
  const form = useForm({
    initial: { description: '' },
    submit: ({ description }) =>
      call('post', '/api/v2/agent-pools/{runner_pool}/authentication-tokens', {
        params: { path: { runner_pool: pool.id } },
        body: { data: { type: 'authentication-tokens', attributes: { description: description.trim() } } },
      }),
    onDone: ({ data }) => {
      onMade(data as Token)
      void queries.invalidateQueries({ queryKey: stale('/api/v2/agent-pools/{runner_pool}/authentication-tokens') })
    },
  })
  return (
    <Form form={form} submit="Make a token" isWide command={`slipway runner-pool create-token ${pool.attributes.name} > pool.token`}>
      <p>A runner shows a token of its pool. One token can start any number of runners; make one for each place that you may want to shut out.</p>
      <TextInput label="What is the token for" isOptional {...form.field('description')} placeholder="build machines in Frankfurt" autoFocus />
    </Form>
  )
}

function Made({ token, onClose }: { token: Token; onClose: () => void }) {
  const start = `slipway runner start --server ${window.location.origin} --token-file pool.token --data-dir /var/lib/slipway-runner`
  return (
    <Stack gap={4}>
      <ShownOnce title="Copy the token now" text={token.attributes.token ?? ''} what="the token">
        It is shown only this once. Put it into a file <code>pool.token</code> on the runner’s machine, readable by the runner only.
      </ShownOnce>
      <p>
        Then, with <code>slipway</code> and <code>tofu</code> on its PATH:
      </p>
      <Command text={start} />
      <div>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Stack>
  )
}
