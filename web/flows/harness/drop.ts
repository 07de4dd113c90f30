// Dragging a folder of this machine over a page, as somebody with a mouse does: the browser itself makes the entries.
import type { Locator, Page } from 'playwright-core'

/** A folder that is held over the page. */
export interface Drag {
  /** Lets it go. */
  readonly drop: () => Promise<void>
}

/** Holds `folder` over the middle of `over`. */
export async function dragFolder(page: Page, folder: string, over: Locator): Promise<Drag> {
  const box = await over.boundingBox()
  if (!box) throw new Error('there is nothing to drag it over')
  const session = await page.context().newCDPSession(page)
  const dispatch = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', {
      type,
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      data: { items: [], files: [folder], dragOperationsMask: 1 },
    })
  await dispatch('dragEnter')
  await dispatch('dragOver')
  return {
    drop: async () => {
      await dispatch('dragOver')
      await dispatch('drop')
      await session.detach()
    },
  }
}
