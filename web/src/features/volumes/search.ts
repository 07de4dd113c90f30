// What the list of volumes has in its address.
import { parameter, type ParseSearch } from '@/lib/search'

export const parseVolumes: ParseSearch<{ readonly text: string | undefined; readonly page: number | undefined }> = (raw) => ({
  text: parameter.text(raw['text']),
  page: parameter.page(raw['page']),
})
