// How the console is built (to dist/, which the server serves) and served while it is developed.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { compress } from './tools/build/compress.ts'
import { firstScript } from './tools/build/first-script.ts'

// Where a running server is, in development: `SLIPWAY_ADDRESS=http://127.0.0.1:8080 npm run dev`.
const server = process.env['SLIPWAY_ADDRESS'] ?? 'http://127.0.0.1:8080'

// What the server answers itself; everything else is the console's.
const SERVER_PATHS = [
  '^/api/', '^/(sign-in|sign-out|set-up|invitations|password-reset|verify-email|device|oauth)(/|$|\\?)', '^/account(/|$|\\?)',
  '^/pages\\.css', '^/reference(/|$)', '^/\\.well-known/', '^/auth/',
]
const proxy = Object.fromEntries(SERVER_PATHS.map((path) => [path, { target: server, changeOrigin: false }]))

export default defineConfig({
  base: '/',
  plugins: [react(), firstScript('src/app/first.js'), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy },
  preview: { proxy },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    // A person's way through a page is many steps; beside a build each takes its time.
    testTimeout: 30_000,
    // One that waited too short for a busy machine is told of, and no failure.
    retry: 1,
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
})
