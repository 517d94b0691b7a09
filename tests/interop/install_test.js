'use strict'
// What `cmake --install` puts where, and whether it works there: the programs, the manual, and the
// completions in real shells.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { execFileSync, spawnSync } = require('child_process')
const { step, run } = require('./support/tap')
const places = require('./support/places')

const build = path.dirname(places.codius)
const work = places.temporary('install')
const prefix = path.join(work, 'prefix')
const files = {
  'bin/codius': 0o755,
  'bin/codiusd': 0o755,
  'share/man/man1/codius.1': 0o644,
  'share/bash-completion/completions/codius': 0o644,
  'share/zsh/site-functions/_codius': 0o644,
  'share/fish/vendor_completions.d/codius.fish': 0o644
}
const at = name => path.join(prefix, name)
const environment = Object.assign({}, process.env, { PATH: `${at('bin')}:${process.env.PATH}`, HOME: work, TERM: 'dumb' })

/** What a command prints on both streams; it must end with 0. */
function output (argv, env = {}, input = '') {
  const ran = spawnSync(argv[0], argv.slice(1), { env: Object.assign({}, environment, env), input, encoding: 'utf8', cwd: work, timeout: 30000 })
  if (ran.error) throw ran.error
  assert.strictEqual(ran.status, 0, `${argv[0]}: ${ran.stdout}${ran.stderr}`)
  return ran.stdout + ran.stderr
}

step('cmake --install puts every file where it belongs', () => {
  execFileSync('cmake', ['--install', build, '--prefix', prefix], { stdio: 'pipe' })
  for (const name of Object.keys(files)) {
    const found = fs.statSync(at(name))
    assert.ok(found.size > 100, name)
    assert.strictEqual(found.mode & 0o777, files[name], name)
  }
})

step('with DESTDIR, below that', () => {
  const root = path.join(work, 'root')
  execFileSync('cmake', ['--install', build, '--prefix', '/usr'], { stdio: 'pipe', env: Object.assign({}, process.env, { DESTDIR: root }) })
  for (const name of Object.keys(files)) assert.ok(fs.existsSync(path.join(root, 'usr', name)), name)
})

step('the programs run from there', () => {
  const version = /^codius \d+\.\d+\.\d+\n$/
  assert.ok(version.test(output(['codius', '--version'])))
  assert.ok(output(['codiusd', '--version']).includes(output(['codius', '--version']).split(' ')[1].trim()))
})

step('the client is one file: it loads nothing but the C library and its parts', () => {
  const needed = output(['readelf', '-d', at('bin/codius')]).match(/NEEDED.*\[(.*)\]/g).map(line => line.replace(/.*\[|\]/g, ''))
  const allowed = /^(libc|libm|libgcc_s|libpthread|libdl|libresolv|ld-linux.*)\.so/
  assert.deepStrictEqual(needed.filter(name => !allowed.test(name)), [])
})

step('man shows the manual, and nobody warns about it', () => {
  const manual = at('share/man/man1/codius.1')
  assert.strictEqual(output(['mandoc', '-T', 'lint', '-W', 'warning', manual]), '')
  const rendered = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z', manual], { encoding: 'utf8' })
  assert.strictEqual(rendered.stderr, '')
  assert.strictEqual(rendered.status, 0)
  const shown = output(['mandoc', '-T', 'ascii', manual]).replace(/.\x08/g, '')
  for (const word of ['codius upload', '--max-monthly-rate', 'EXIT STATUS', 'ILP_CREDENTIALS']) assert.ok(shown.includes(word), word)
})

step('bash completes commands, options, values and files', () => {
  const script = [
    'source /usr/share/bash-completion/bash_completion',
    '_completion_loader codius', // as the Tab key does for a command that is new to it
    'complete -p codius',
    'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _codius; echo "$* -> ${COMPREPLY[*]}"; }',
    'touch shop.codiusstate.json',
    'try codius upl', 'try codius manifest ha', 'try codius upload --max-m', 'try codius completion f',
    'try codius upload --codius-state-file sho', 'try codius nonsense x'].join('\n')
  const said = output(['bash', '--norc', '-c', script], { XDG_DATA_DIRS: `${at('share')}:/usr/share` })
  for (const line of ['complete -F _codius codius', 'codius upl -> upload', 'codius manifest ha -> hash',
    'codius upload --max-m -> --max-monthly-rate', 'codius completion f -> fish',
    'codius upload --codius-state-file sho -> shop.codiusstate.json', 'codius nonsense x -> ']) {
    assert.ok(said.split('\n').includes(line), `${line} is not in:\n${said}`)
  }
})

step('zsh completes when Tab is pressed', () => {
  // In a terminal of its own, as completion needs one; what it is asked to complete is then printed.
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    say() { zpty -w shell "$1" }
    until_seen() { local line all; while zpty -r shell line "*$1*"; do all+=$line; [[ $all == *$1* ]] && break; done; print -r -- "$all" }
    say 'PS1="" PS2="" fpath=(${at('share/zsh/site-functions')} $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=999'
    say 'zle -C keep complete-word whole; whole() { _main_complete; }; got() { print -r -- "<$BUFFER>"; BUFFER=""; zle accept-line }; zle -N got; bindkey "^I" expand-or-complete; bindkey "^X" got; print loa""ded'
    until_seen loaded >/dev/null
    for word in 'codius upl' 'codius manifest ha' 'codius upload --max-m'; do
      zpty -w -n shell "$word"$'\\t\\x18'
      until_seen '>'
    done
    zpty -d shell`
  const said = output(['zsh', '-f', '-c', script])
  for (const line of ['<codius upload >', '<codius manifest hash >', '<codius upload --max-monthly-rate >']) {
    assert.ok(said.includes(line), `${line} is not in:\n${JSON.stringify(said)}`)
  }
})

step('fish completes, and shows what words are for', () => {
  const asked = line => output(['fish', '--no-config', '-c', `source ${at('share/fish/vendor_completions.d/codius.fish')}; complete -C ${JSON.stringify(line)}`])
  assert.ok(/^upload\t/.test(asked('codius upl')))
  assert.ok(/^hash\tPrint the hash/.test(asked('codius manifest ha')))
  assert.ok(/^--max-monthly-rate\tPay no host more/.test(asked('codius upload --max-m')))
  fs.writeFileSync(path.join(work, 'shop.codiusstate.json'), '')
  assert.ok(/^shop\.codiusstate\.json/.test(asked('codius upload --codius-state-file sho')))
})

run({ goOn: true })
