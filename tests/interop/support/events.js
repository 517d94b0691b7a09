'use strict'
const http = require('http')

/**
 * Reads server-sent events until the host ends them. Gives {events, ended, status, close}: `events`
 * grows, each {id, event, data} with `data` from JSON; `ended` is a promise of all of them.
 */
function follow (port, path, headers = {}) {
  const out = { events: [], status: undefined }
  out.ended = new Promise((resolve, reject) => {
    const req = http.get({ host: '127.0.0.1', port, path, headers: Object.assign({ Host: `localhost:${port}` }, headers), agent: false }, res => {
      out.status = res.statusCode
      out.type = res.headers['content-type']
      let text = ''
      res.setEncoding('utf8')
      res.on('data', block => {
        text += block
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          take(out.events, text.slice(0, end))
          text = text.slice(end + 2)
        }
      })
      res.on('aborted', () => reject(new Error('the events were cut off')))
      res.on('end', () => resolve(out.events))
    })
    req.on('error', reject)
    out.close = () => req.destroy()
  })
  out.ended.catch(() => {})
  return out
}

function take (events, record) {
  const event = { id: '', event: 'message', data: '' }
  for (const line of record.split('\n')) {
    const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]
    if (name === 'data') event.data += value
    else if (name) event[name] = value
  }
  if (event.data) events.push(Object.assign(event, { data: JSON.parse(event.data) }))
}

module.exports = { follow }
