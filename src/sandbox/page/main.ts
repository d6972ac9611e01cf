// Where the page begins.
import { html, render } from 'htm/preact'
import { App } from './app.ts'

const root = document.querySelector<HTMLElement>('#page')
if (root !== null) render(html`<${App} />`, root)
