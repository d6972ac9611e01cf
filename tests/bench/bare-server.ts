// The limit that intake is measured against: a Node server that only reads and parses the body.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { alerts: unknown[] }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ stored: body.alerts.length }))
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(
    JSON.stringify({
      url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    }),
  )
})
