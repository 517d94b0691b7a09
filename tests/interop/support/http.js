'use strict'
const http = require('http')

/**
 * One HTTP request to 127.0.0.1. Gives {status, headers, text, body}; `body` is the JSON, or
 * undefined where the text is none.
 */
function request (port, path, { method = 'GET', host, headers = {}, body, limit = 20000 } = {}) {
  return new Promise((resolve, reject) => {
    const all = Object.assign({ Host: host || `localhost:${port}` }, headers)
    if (body !== undefined) all['Content-Type'] = all['Content-Type'] || 'application/json'
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    if (text !== undefined) all['Content-Length'] = Buffer.byteLength(text)
    const req = http.request({ host: '127.0.0.1', port, path, method, headers: all, agent: false }, res => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', block => { text += block })
      res.on('aborted', () => reject(new Error('the answer was cut off')))
      res.on('end', () => {
        let body
        try { body = JSON.parse(text) } catch (e) { body = undefined }
        resolve({ status: res.statusCode, headers: res.headers, text, body })
      })
    })
    req.setTimeout(limit, () => req.destroy(new Error(`no answer within ${limit} ms`)))
    req.on('error', reject)
    req.end(text)
  })
}

module.exports = { request }
