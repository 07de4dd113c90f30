// The mark: the section of a slipway, land, ramp and water, with a hull on the ramp; and the name.

export function Wordmark() {
  return (
    <svg
      viewBox="0 0 88 18"
      height={16}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M1 4.6h4.2l7.6 8.9H18" />
      <path d="m9.3 2.1 5 5.9" stroke="var(--accent-fg)" strokeWidth={3} strokeLinecap="butt" />
      <path d="M31.6 6.6c-.5-1-1.4-1.5-2.6-1.5-1.5 0-2.6.7-2.6 2 0 2.9 5.4 1.3 5.4 4.1 0 1.4-1.2 2.2-2.8 2.2-1.4 0-2.4-.6-2.9-1.7M36 1.9v11.5M40.2 5.2v8.2M40.2 2v.1M44.4 5.2v11.3M55 5.2l2.5 8.2 2.7-7.9 2.7 7.9 2.5-8.2M76.4 5.2v8.2M80 5.2l3.5 8M87 5.2l-4.6 11.2" />
      <circle cx="48.2" cy="9.3" r="3.9" />
      <circle cx="72.5" cy="9.3" r="3.9" />
    </svg>
  )
}
