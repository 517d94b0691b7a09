'use strict'
// What a host leaves on a machine: read, never changed.
const fs = require('fs')
const path = require('path')
const { execFileSync } = require('child_process')

const names = dir => { try { return fs.readdirSync(dir) } catch (e) { return [] } }
const text = file => { try { return fs.readFileSync(file, 'utf8') } catch (e) { return '' } }
const pids = () => names('/proc').filter(name => /^[0-9]+$/.test(name))

function directories (dir) {
  const below = names(dir).map(name => path.join(dir, name))
    .filter(each => { try { return fs.lstatSync(each).isDirectory() } catch (e) { return false } })
  return below.concat(...below.map(directories))
}

/** Control groups below /codius, in every hierarchy. */
function groups () {
  const tops = ['/sys/fs/cgroup'].concat(names('/sys/fs/cgroup').map(name => path.join('/sys/fs/cgroup', name)))
  return [].concat(...tops.map(top => path.join(top, 'codius')).filter(dir => fs.existsSync(dir))
    .map(dir => [dir].concat(directories(dir)))).sort()
}

const mounts = () => text('/proc/self/mountinfo').split('\n').filter(line => line)
  .map(line => line.split(' ')[4]).sort()

const links = () => names('/sys/class/net').sort()

const tables = () => execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).trim().split('\n').sort()

/** Network namespaces that some process is in. */
const networks = () => Array.from(new Set(pids().map(pid => {
  try { return fs.readlinkSync(`/proc/${pid}/ns/net`) } catch (e) { return '' }
}))).filter(name => name).sort()

function ancestors (pid) {
  const parent = (/^PPid:\s*(\d+)/m.exec(text(`/proc/${pid}/status`)) || [])[1]
  return parent && parent !== '0' ? [String(pid)].concat(ancestors(parent)) : [String(pid)]
}

/** Processes whose command line mentions `word`, as "pid command line"; not those that ask. */
const mentions = word => pids().filter(pid => !ancestors(process.pid).includes(pid))
  .map(pid => `${pid} ${text(`/proc/${pid}/cmdline`).replace(/\0/g, ' ').trim()}`)
  .filter(line => line.includes(word))

/** Running programs of that file name. */
const running = name => pids().filter(pid => {
  try {
    return path.basename(fs.readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')) === name
  } catch (e) { return false }
})

/** Why no pods may be made here: another host at work; or nothing. */
function otherHost () {
  const others = running('codiusd')
    .filter(pid => !text(`/proc/${pid}/environ`).split('\0').includes('CODIUS_POD_RUNTIME=noop'))
  return links().includes('codius0') && others.length > 0
    ? `another codiusd (process ${others}) has pods on this machine: end it first, the demo by ./deploy/demo --stop`
    : undefined
}

/** All of it, to be compared before and after. */
const trace = () => ({ groups: groups(), mounts: mounts(), links: links(), tables: tables(), networks: networks() })

module.exports = { groups, mounts, links, tables, networks, mentions, otherHost, trace, text }
