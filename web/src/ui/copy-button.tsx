// Puts a text into the clipboard and says so.
import { useEffect, useState } from 'react'
import { IconButton } from './button'

/** Copies `text`; `what` names it: "Copy the command". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), 2_000)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return <IconButton icon={isCopied ? 'check' : 'copy'} label={isCopied ? 'Copied' : `Copy ${what}`} onClick={() => void copy()} />
}
