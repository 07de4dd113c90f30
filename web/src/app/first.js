// Runs before the first paint: the chosen theme, so that a dark console never flashes white. "auto" and nothing follow
// the system, and follow it live: see theme.ts, which reads and writes the same key.
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('slipway-theme')
  } catch {
    // Storage can be forbidden; the system's preference is a good answer then.
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
