// Renders /v1/openapi.json. No dependencies; text only ever reaches the page as text nodes.
'use strict';

const $ = (id) => document.getElementById(id);
let spec = null;

// el('a.name', {href: '#'}, 'text', child, …)
function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== '') node.append(child);
  }
  return node;
}

function resolve(object) {
  if (!object || !object.$ref) return object;
  return object.$ref.slice(2).split('/').reduce((at, part) => at && at[part.replace(/~1/g, '/').replace(/~0/g, '~')], spec);
}
const schemaName = (object) => (object.$ref ? object.$ref.split('/').pop() : '');

// Operations in reading order: by tag, then path.
function operations() {
  const list = [];
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, op] of Object.entries(item)) list.push({path, method, op, tag: (op.tags || ['Other'])[0]});
  }
  return list.sort((a, b) => a.tag.localeCompare(b.tag) || a.path.localeCompare(b.path));
}

// ---- schemas -------------------------------------------------------------------------------------------------

function typeText(schema) {
  if (schema.$ref) return schemaName(schema);
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (schema.type === 'array') return 'list of ' + typeText(schema.items || {});
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type || 'any';
  return schema.format ? `${type} (${schema.format})` : type;
}

function constraintText(schema) {
  const inner = schema.anyOf ? schema.anyOf[0] : schema.type === 'array' ? schema.items || {} : schema;
  const target = resolve(inner) || {};
  const parts = [];
  if (target.enum) parts.push('one of ' + target.enum.join(', '));
  if (target.minLength || target.maxLength) parts.push(`${target.minLength || 0}–${target.maxLength || '∞'} characters`);
  if (target.minimum !== undefined) parts.push('≥ ' + target.minimum);
  if (target.maximum !== undefined) parts.push('≤ ' + target.maximum);
  if (target.pattern) parts.push('matches ' + target.pattern);
  if (target.examples) parts.push('e.g. ' + JSON.stringify(target.examples[0]));
  return parts.join(' · ');
}

function nestedObject(schema) {
  const inner = schema.anyOf ? schema.anyOf[0] : schema.type === 'array' ? schema.items || {} : schema;
  const target = resolve(inner);
  return target && target.properties ? inner : null;
}

function typeNode(schema) {
  const name = schemaName(schema.anyOf ? schema.anyOf[0] : schema.type === 'array' ? schema.items || {} : schema);
  return name ? el('a.type', {href: '#schema/' + name}, typeText(schema)) : el('span.type', {}, typeText(schema));
}

function fieldTable(schema, depth) {
  const target = resolve(schema) || {};
  const required = new Set(target.required || []);
  const strict = target.additionalProperties === false;
  const rows = Object.entries(target.properties || {}).map(([name, field]) => {
    const nested = depth < 3 ? nestedObject(field) : null;
    return el('tr', {},
      el('td', {}, el('code', {}, name), strict && required.has(name) ? el('span.required', {title: 'required'}, ' *') : ''),
      el('td', {}, typeNode(field), ' ', el('span.muted', {}, constraintText(field)),
        field.description ? el('div.muted', {}, field.description) : '',
        nested ? lazyFields(nested, depth + 1) : ''));
  });
  return rows.length ? el('table', {}, rows) : el('p.muted', {}, typeText(target) + ' ' + constraintText(target));
}

// Filled when opened: messages may contain themselves.
function lazyFields(schema, depth) {
  const box = el('details.fields', {ontoggle: () => {
    if (box.open && box.children.length === 1) box.append(fieldTable(schema, depth));
  }}, el('summary', {}, 'fields'));
  return box;
}

// ---- one operation ----------------------------------------------------------------------------------------------

function copyBlock(getText) {
  const pre = el('pre', {});
  const text = el('span', {});
  const button = el('button.copy', {type: 'button', onclick: async () => {
    try {
      await navigator.clipboard.writeText(getText());
      button.textContent = 'Copied';
    } catch {
      // Without a secure context there is no clipboard: select the text instead.
      getSelection().selectAllChildren(text);
      button.textContent = 'Press Ctrl+C';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  }}, 'Copy');
  pre.append(button, text);
  pre.refresh = () => { text.textContent = getText(); };
  pre.refresh();
  return pre;
}

const quote = (text) => "'" + text.replace(/'/g, "'\\''") + "'";

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

// The form's request: what curl shows and try-it sends.
function buildRequest({path, method, op}, inputs, body) {
  let url = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const {parameter, input} of inputs) {
    const value = input.value;
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, value ? encodeURIComponent(value) : `{${parameter.name}}`);
    else if (value === '') continue;
    else if (parameter.in === 'query') query.append(parameter.name, value);
    else if (parameter.in === 'header') headers[parameter.name] = value;
  }
  if (query.size || query.toString()) url += '?' + query;
  if (body) headers['Content-Type'] = 'application/json';
  const token = $('token').value.trim();
  const secured = (op.security || spec.security || []).length > 0;
  if (secured && token) headers.Authorization = 'Bearer ' + token;
  return {url, method: method.toUpperCase(), headers, secured, body: body ? body.value : undefined};
}

function curlText(request) {
  const headers = {...request.headers};
  if (request.secured) headers.Authorization = 'Bearer $TOKEN';
  const lines = [`curl -X ${request.method} ${quote(location.origin + request.url)}`];
  for (const [name, value] of Object.entries(headers)) {
    lines.push(name === 'Authorization' ? `  -H "${name}: ${value}"` : `  -H ${quote(`${name}: ${value}`)}`);
  }
  if (request.body !== undefined) lines.push(`  -d ${quote(request.body)}`);
  return lines.join(' \\\n');
}

async function send(request, output) {
  output.replaceChildren(el('p.muted', {}, 'Sending …'));
  const started = performance.now();
  try {
    const response = await fetch(request.url, {method: request.method, headers: request.headers, body: request.body});
    const text = await response.text();
    const took = Math.round(performance.now() - started);
    let pretty = text;
    try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it came */ }
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    output.replaceChildren(
      el('p', {}, el(response.ok ? 'span.ok' : 'span.bad', {}, `${response.status} ${response.statusText}`), ` · ${took} ms`),
      el('details', {}, el('summary.muted', {}, 'Headers'), el('pre', {}, headers)),
      pretty ? copyBlock(() => pretty) : el('p.muted', {}, 'No body.'));
    rememberToken(text);
  } catch (error) {
    output.replaceChildren(el('p.bad', {}, 'No answer: ' + error.message));
  }
}

// A sign-in through try-it fills the token field.
function rememberToken(text) {
  try {
    const token = JSON.parse(text).access_token;
    if (typeof token === 'string') { $('token').value = token; $('token').dispatchEvent(new Event('input')); }
  } catch { /* not an answer of sign-in */ }
}

function parameterRow(parameter, inputs, update) {
  const schema = parameter.schema || {};
  const fresh = parameter.name === 'Idempotency-Key' ? newKey() : parameter.name === 'If-Match' ? '"1"' : '';
  const input = el('input', {value: fresh, placeholder: parameter.in, 'aria-label': parameter.name, spellcheck: 'false', oninput: update});
  inputs.push({parameter, input});
  return el('tr', {},
    el('td', {}, el('code', {}, parameter.name), parameter.required ? el('span.required', {title: 'required'}, ' *') : '',
      el('div.muted', {}, parameter.in)),
    el('td', {}, typeNode(schema), ' ', el('span.muted', {}, constraintText(schema)),
      parameter.description ? el('div.muted', {}, parameter.description) : '', input));
}

function responseRow(status, reference, depth) {
  const response = resolve(reference);
  const media = response.content && response.content['application/json'];
  return el('tr', {},
    el('td', {}, el(status < 400 ? 'span.ok' : 'span.bad', {}, status), el('div.muted', {}, Object.keys(response.headers || {}).join(', '))),
    el('td', {}, response.description, ' ', media ? typeNode(media.schema) : '',
      media && status < 400 && nestedObject(media.schema) ? lazyFields(media.schema, depth) : ''));
}

function operationBody(entry) {
  const {op} = entry;
  const inputs = [];
  const media = op.requestBody && op.requestBody.content['application/json'];
  const body = media ? el('textarea', {'aria-label': 'Request body', spellcheck: 'false', oninput: () => update()}) : null;
  if (body) body.value = JSON.stringify(media.example || {}, null, 2);
  const curl = copyBlock(() => curlText(buildRequest(entry, inputs, body)));
  const update = () => curl.refresh();
  const output = el('div', {'aria-live': 'polite'});
  const parameters = (op.parameters || []).map(resolve);
  const node = el('div.body.try', {},
    el('p', {}, op.summary || '', op.description ? el('div.muted', {}, op.description) : ''),
    el('p', {}, el('span.badge', {}, (op.security || []).length ? 'signed in' : 'public')),
    parameters.length ? [el('h3', {}, 'Parameters'), el('table', {}, parameters.map((p) => parameterRow(p, inputs, update)))] : '',
    media ? [el('h3', {}, 'Body ', typeNode(media.schema)), body, lazyFields(media.schema, 0)] : '',
    el('h3', {}, 'Try it'), curl,
    el('div.row', {}, el('button.primary', {type: 'button', onclick: () => send(buildRequest(entry, inputs, body), output)}, 'Send'),
      el('span.muted', {}, 'Sends to this server with the token above.')),
    output,
    el('h3', {}, 'Responses'),
    el('table', {}, Object.entries(op.responses).map(([status, r]) => responseRow(status, r, 0))));
  update();
  $('token').addEventListener('input', update);
  return node;
}

function card(id, summary, makeBody, haystack) {
  const node = el('details.card', {id, ontoggle: () => {
    if (node.open && node.children.length === 1) node.append(makeBody());
  }}, summary);
  node.haystack = haystack.toLowerCase();
  return node;
}

function operationCard(entry) {
  const {path, method, op} = entry;
  const summary = el('summary', {}, el(`span.method.${method}`, {}, method.toUpperCase()), el('span.path', {}, path),
    el('span.muted', {}, op.summary || ''));
  const codes = Object.values(op.responses).map((r) => resolve(r).description).join(' ');
  return card('op/' + op.operationId, summary, () => operationBody(entry),
    [method, path, op.operationId, op.summary, op.description, codes, (op.parameters || []).map((p) => resolve(p).name).join(' ')].join(' '));
}

function schemaCard(name, schema) {
  const fields = Object.keys(schema.properties || {}).join(' ');
  return card('schema/' + name, el('summary', {}, el('span.path', {}, name), el('span.muted', {}, typeText(schema))),
    () => el('div.body', {}, fieldTable(schema, 0)), [name, fields, (schema.enum || []).join(' ')].join(' '));
}

// ---- page -------------------------------------------------------------------------------------------------------

function navLink(target, ...content) {
  const link = el('a', {href: '#' + target}, ...content);
  link.target_id = target;
  return link;
}

function render() {
  $('title').textContent = `${spec.info.title} ${spec.info.version}`;
  document.title = spec.info.title;
  const nav = $('nav');
  const main = $('main');
  nav.replaceChildren();
  main.replaceChildren(el('p.muted', {id: 'status', hidden: true}), spec.info.description ? el('p', {}, spec.info.description) : '');
  const section = (title) => {
    nav.append(el('h4', {}, title));
    main.append(el('h2', {}, title));
  };
  let tag = null;
  for (const entry of operations()) {
    if (entry.tag !== tag) section(tag = entry.tag);
    nav.append(navLink('op/' + entry.op.operationId, el(`span.method.${entry.method}`, {}, entry.method.toUpperCase()),
      el('span', {}, entry.path)));
    main.append(operationCard(entry));
  }
  section('Schemas');
  for (const [name, schema] of Object.entries(spec.components.schemas)) {
    nav.append(navLink('schema/' + name, el('span', {}, name)));
    main.append(schemaCard(name, schema));
  }
}

// Shows what matches every word; a heading stays while something below it does.
function filter() {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set();
  for (const node of document.querySelectorAll('.card')) {
    node.hidden = !words.every((word) => node.haystack.includes(word));
    if (!node.hidden) shown.add(node.id);
  }
  for (const link of $('nav').querySelectorAll('a')) link.hidden = !shown.has(link.target_id);
  for (const heading of document.querySelectorAll('main > h2, nav > h4')) {
    let next = heading.nextElementSibling;
    while (next && next.tagName !== heading.tagName && next.hidden) next = next.nextElementSibling;
    heading.hidden = !next || next.tagName === heading.tagName;
  }
  $('status').hidden = shown.size > 0;
  $('status').textContent = 'Nothing matches.';
}

function openTarget() {
  const id = decodeURIComponent(location.hash.slice(1));
  const node = id && document.getElementById(id);
  for (const link of $('nav').querySelectorAll('a')) link.classList.toggle('here', link.target_id === id);
  if (!node) return;
  node.hidden = false;
  node.open = true;
  $('nav').classList.remove('open');
  $('menu').setAttribute('aria-expanded', 'false');
  node.scrollIntoView({block: 'start'});
}

addEventListener('hashchange', openTarget);
addEventListener('keydown', (event) => {
  if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    $('search').focus();
  }
});
$('search').addEventListener('input', filter);
$('menu').addEventListener('click', () => {
  $('menu').setAttribute('aria-expanded', String($('nav').classList.toggle('open')));
});

fetch('/v1/openapi.json')
  .then((response) => {
    if (!response.ok) throw new Error('status ' + response.status);
    return response.json();
  })
  .then((document_) => {
    spec = document_;
    render();
    openTarget();
  })
  .catch((error) => { $('status').textContent = 'Could not load /v1/openapi.json: ' + error.message; });
