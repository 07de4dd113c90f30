// All specimens in their order: from what everything is made of to what fills a page.
import { CodeSpecimens } from './specimens-code'
import { DocumentSpecimens } from './specimens-documents'
import { FeedbackSpecimens } from './specimens-feedback'
import { InputSpecimens } from './specimens-inputs'
import { LookSpecimens } from './specimens-look'
import { OverlaySpecimens } from './specimens-overlays'
import { PageSpecimens } from './specimens-page'
import { StatusSpecimens } from './specimens-status'
import { TableSpecimens } from './specimens-table'

export default function Specimens() {
  return (
    <>
      <LookSpecimens />
      <StatusSpecimens />
      <InputSpecimens />
      <TableSpecimens />
      <PageSpecimens />
      <CodeSpecimens />
      <DocumentSpecimens />
      <FeedbackSpecimens />
      <OverlaySpecimens />
    </>
  )
}
