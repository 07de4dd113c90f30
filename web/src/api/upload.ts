// Sending a file with word of how far it is, which `fetch` does not give.
import { errorOf, offline } from './errors'
import { csrfToken, forgetCsrfToken, signIn } from './session'

export interface UploadOptions {
  /** With the share that was sent, from 0 to 1. */
  readonly onProgress?: (share: number) => void
}

/** Posts a file as the signed-in user; the document that the server answers with. Throws `ApiError`. */
export async function upload<Document>(path: string, file: Blob, options: UploadOptions = {}): Promise<Document> {
  const token = await csrfToken()
  let answer = await attempt(path, file, token, options)
  if (answer.status === 403) {
    // Perhaps only because the session is another one by now.
    forgetCsrfToken()
    const fresh = await csrfToken()
    if (fresh !== token) answer = await attempt(path, file, fresh, options)
  }
  if (answer.status === 401) signIn()
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw errorOf(answer, body)
  return body as Document
}

function attempt(path: string, file: Blob, token: string, { onProgress }: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', new URL(path, window.location.origin))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept', 'application/vnd.api+json')
    request.setRequestHeader('X-CSRF-Token', token)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0))
    request.addEventListener('load', () => {
      const id = request.getResponseHeader('x-request-id')
      resolve(new Response(request.responseText, { status: request.status, ...(id && { headers: { 'x-request-id': id } }) }))
    })
    request.addEventListener('error', () => reject(offline()))
    request.send(file)
  })
}
