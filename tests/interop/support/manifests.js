'use strict'
// Manifests to compare two libraries with, as JSON texts of one line: good ones, good ones with a
// few things broken, and hostile ones. The same seed gives the same texts.

/** A generator of numbers in [0, 1): mulberry32. */
function chance (seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

// JSON texts, because many of these cannot be written by JSON.stringify.
const NAMES = ['A', 'B', 'PORT', 'DATABASE_URL', 'x', '', ' ', 'CODIUS', 'CODIUS_HOST', 'codius', 'CODIUSX',
  'ä', '\u{1f600}', '\ue000', '\uffff', '$', '$A', '0', '1', '10', '2', '01', '-1', '4294967294', '4294967295',
  '4294967296', '1e3', 'a.b', 'a"b', 'a\'b', 'a\\b', 'a\nb', '\u0000', '\u007f', '\u2028', '\u00ad', 'value',
  'encoding', 'vars', 'length', 'nonce', 'description', 'additionalProperties', 'properties', 'é', 'e\u0301',
  '\ufeff', '\u200b', '\u200c', '\u2060', '\ud7ff', 'x'.repeat(300)].map(s => JSON.stringify(s))
const HOSTILE_NAMES = ['"__proto__"', '"\\ud800"', '"\\udc00x"', '"toString"', '"constructor"', '"hasOwnProperty"',
  '"__defineGetter__"', '"valueOf"', '"\\u0041"', '"\\ud83d\\ude00"', '"\\/"', '"toJSON"']
const STRINGS = ['', 'x', 'web', 'nginx:1.15', 'nginx@sha256:' + 'ab'.repeat(32), '$', '$A', '$B', '$PORT', '$$', '$x',
  '$nothing', '$CODIUS', '$0', '$toUpperCase', ' $A', '\\', '"', '\b\t\n\f\r', '\u0001\u001f', '\u007f\u0080\u009f',
  '\u0600\u0604\u070f\u17b4', '\u2028\u2029', '\ufff0', '\ufffd', '\ufeffx', 'häß€', '\u{1f680}\u{10ffff}', '/',
  'null', 'true', '8080', '0', 'abc80', '3.5', '-5', '00', '٣', 'small', 'private:sha256', 'y'.repeat(5000)].map(s => JSON.stringify(s))
const HOSTILE_STRINGS = ['"\\ud800"', '"\\udfff\\ud800"', '"\\ud83d\\ude00"', '"$toString"', '"$__proto__"', '"$constructor"',
  '"$hasOwnProperty"', '"\\u0024A"', '"a\\/b"', '"\\u00e9"', '"$valueOf"', '"\\ud83d"']
const OTHERS = ['null', 'true', 'false', '0', '-0', '1', '-1', '1e21', '1E+2', '1e-7', '0.000001', '123456789012345678901234567890',
  '9007199254740993', '18446744073709551616', '-9223372036854775809', '1e400', '-1e400', '5e-324', '1e-400', '0.1', '1.7976931348623157e308',
  '[]', '{}', '[[]]', '[{}]', '[null]', '{"":{}}', '[1,"a",true,null]', '{"value":"v"}', '{"a":{"b":[{"c":-0.0}]}}']

class Maker {
  constructor (random, deps) {
    this.random = random
    this.privateHash = deps.privateHash
    this.hostile = false
  }

  below (n) { return Math.floor(this.random() * n) }
  pick (list) { return list[this.below(list.length)] }
  odds (p) { return this.random() < p }

  name () { return this.pick(this.hostile && this.odds(0.2) ? HOSTILE_NAMES : NAMES) }
  string () { return this.pick(this.hostile && this.odds(0.2) ? HOSTILE_STRINGS : STRINGS) }
  plain () { return JSON.stringify(this.pick(['a', 'web', 'db', 'v1', 'ünï', '1.0', 'x y', '']) + this.below(4)) }
  deep () {
    const levels = this.pick([3, 20, 60, 200])
    return this.odds(0.5) ? '['.repeat(levels) + ']'.repeat(levels)
      : '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)
  }
  junk () { return this.odds(0.1) ? this.deep() : this.odds(0.5) ? this.string() : this.pick(OTHERS) }

  /** Tree nodes: {members: [[name, node]…]}, {items: [node…]} or a JSON text. */
  object (...members) { return { members: members.filter(m => m) } }

  good () {
    const names = []
    for (let i = this.below(6); i > 0; --i) {
      const name = this.pick(NAMES.slice(0, 40))
      if (!/^"CODIUS/.test(name) && !names.includes(name)) names.push(name)
    }
    const vars = []
    const secrets = []
    for (const name of names) {
      if (this.odds(0.4)) {
        const secret = [['"nonce"', this.plain()], ['"value"', this.string()]]
        if (this.odds(0.5)) secret.reverse()
        const text = this.text({ members: secret })
        secrets.push([name, { members: secret }])
        vars.push([name, this.object(['"encoding"', '"private:sha256"'],
          ['"value"', JSON.stringify(this.privateHash(text))])])
      } else {
        vars.push([name, this.object(['"value"', this.string()],
          this.odds(0.1) && ['"description"', this.string()])])
      }
    }
    const containers = []
    for (let i = 1 + this.below(3); i > 0; --i) {
      const environment = names.filter(() => i === 1 || this.odds(0.5)).map((name, at) =>
        [this.odds(0.5) && !/^"CODIUS/.test(name) && name !== '""' ? name : JSON.stringify('K' + at),
          JSON.stringify('$' + JSON.parse(name))])
      if (this.odds(0.3)) environment.push(['"LITERAL"', '"text"'])
      containers.push(this.object(['"id"', JSON.stringify('c' + i)], ['"image"', this.plain()],
        this.odds(0.3) && ['"command"', { items: [this.plain(), this.string()] }],
        this.odds(0.2) && ['"workdir"', this.plain()],
        environment.length > 0 && ['"environment"', { members: environment }]))
    }
    const manifest = [['"name"', this.plain()], ['"version"', this.plain()],
      this.odds(0.3) && ['"machine"', '"small"'], this.odds(0.5) && ['"port"', '"8080"'],
      ['"containers"', { items: containers }], vars.length > 0 && ['"vars"', { members: vars }],
      this.odds(0.1) && ['"debug"', 'true']].filter(m => m)
    if (this.odds(0.3)) manifest.sort(() => this.random() - 0.5)
    return this.object(['"manifest"', { members: manifest }],
      secrets.length > 0 ? ['"private"', { members: [['"vars"', { members: secrets }]] }]
        : this.odds(0.2) && ['"private"', { members: [] }])
  }

  /** All places of the tree: [the node around, where in it]. */
  places (node, out = []) {
    const list = node.members || node.items || []
    list.forEach((entry, at) => {
      out.push([node, at])
      const below = node.members ? entry[1] : entry
      if (typeof below === 'object') this.places(below, out)
    })
    return out
  }

  breakSomething (tree) {
    const places = this.places(tree)
    if (places.length === 0) return
    const [node, at] = this.pick(places)
    const list = node.members || node.items
    const how = this.below(8)
    const set = value => { if (node.members) list[at] = [list[at][0], value]; else list[at] = value }
    if (how === 0) list.splice(at, 1)
    else if (how === 1) set(this.junk())
    else if (how === 2 && node.members) list.push([this.name(), this.junk()])
    else if (how === 3 && node.members) list.splice(at, 0, [list[at][0], this.junk()]) // the same name twice
    else if (how === 4 && node.members) list[at] = [this.name(), list[at][1]]
    else if (how === 5) list.push(list[this.below(list.length)])
    else if (how === 6) set(this.string())
    else if (node.members) list.unshift([this.name(), { members: [['"value"', this.string()]] }])
    else list.unshift(this.junk())
  }

  text (node) {
    const gap = () => this.odds(0.02) ? this.pick([' ', '\t', '  ']) : ''
    if (typeof node === 'string') return node
    if (node.items) return '[' + node.items.map(n => gap() + this.text(n)).join(',') + gap() + ']'
    return '{' + node.members.map(([name, n]) => gap() + name + gap() + ':' + this.text(n)).join(',') + gap() + '}'
  }

  /** One text: a third good, a third broken in a few places, a third broken with hostile things. */
  make (number) {
    this.hostile = number % 3 === 2
    const tree = this.good()
    if (number % 3 > 0) for (let i = 1 + this.below(4); i > 0; --i) this.breakSomething(tree)
    if (this.hostile && this.odds(0.02)) return this.junk()
    return this.odds(0.05) ? this.spoil(this.text(tree)) : this.text(tree)
  }

  /** A text that most likely is no JSON any more. */
  spoil (text) {
    const at = this.below(text.length + 1)
    const bad = this.pick([',', '"', '}', ']', '\\', '\u0001', '\u00a0', 'NaN', '01', '+1', '.5', '1.', "'", '/**/', ''])
    return text.slice(0, at) + bad + (bad === '' || this.odds(0.1) ? '' : text.slice(at))
  }
}

/** Makes `count` texts. `deps.privateHash(text)`: the hash of a private variable. */
exports.makeTexts = (seed, count, deps) => {
  const maker = new Maker(chance(seed), deps)
  // As bytes can carry it: a pair of surrogates that was cut in two cannot leave this process.
  return Array.from({ length: count }, (_, i) => Buffer.from(maker.make(i)).toString())
}
