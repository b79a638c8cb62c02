// Holds exported files to what their readers expect. Exits with 1 and says which file is wrong.
import { readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const wrong = []
const check = (file, holds, why) => { if (!holds) wrong.push(`${file}: ${why}`) }
const lines = file => readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line))
const parquet = async file => parquetReadObjects({ file: await asyncBufferFromFile(file), compressors })

// Parquet says what jsonl says.
const episodes = lines('jsonl')
const rows = await parquet('episodes.parquet')
check('episodes.parquet', rows.length === episodes.length, `${rows.length} rows for ${episodes.length} episodes`)
for (const [i, row] of rows.entries()) {
  const episode = episodes[i]
  const focal = episode.roles.find(role => role.focal).id
  const reward = episode.rewards[focal]?.value ?? null
  check('episodes.parquet', row.episode === episode.episode && row.turns === episode.turns.length && row.validity === episode.validity, `row ${i} is not episode ${episode.episode}`)
  check('episodes.parquet', (row.reward ?? null) === reward, `row ${i} has the reward ${row.reward}, not ${reward}`)
}
const turns = await parquet('turns.parquet')
const said = episodes.flatMap(episode => episode.turns)
check('turns.parquet', turns.length === said.length && turns.every((turn, i) => turn.text === said[i].text && (turn.distress ?? null) === (said[i].mental_state?.distress ?? null)), 'turns differ from jsonl')
const scores = await parquet('scores.parquet')
check('scores.parquet', scores.length === episodes.reduce((n, e) => n + e.scores.length + e.turns.reduce((m, t) => m + t.scores.length, 0), 0), 'scores differ from jsonl')
check('scores.parquet', scores.every(score => (score.value === null || score.value === undefined) === (score.missing !== '')), 'a score has neither a value nor a reason, or both')

// Messages as chat templates want them: what is known, then user and assistant in turns.
const messages = (file, list, first, last) => {
  check(file, Array.isArray(list) && list.length > 0 && list.every(m => Object.keys(m).sort().join() === 'content,role' && typeof m.content === 'string'), 'messages are not {role, content}')
  check(file, list.every((m, i) => i === 0 || list[i - 1].role !== m.role), 'two messages in a row have one role')
  check(file, list[0].role === first && list.at(-1).role === last, `messages go from ${list[0].role} to ${list.at(-1).role}`)
}
const keys = (file, row, want) => check(file, Object.keys(row).sort().join() === want, `keys are ${Object.keys(row)}`)
for (const row of lines('sft')) { keys('sft', row, 'messages'); messages('sft', row.messages, 'system', 'assistant') }
for (const row of lines('sft-turns')) { keys('sft-turns', row, 'completion,prompt'); messages('sft-turns', row.prompt, 'system', 'user'); messages('sft-turns', row.completion, 'assistant', 'assistant') }
for (const row of lines('kto')) { keys('kto', row, 'completion,label,prompt'); check('kto', typeof row.label === 'boolean', 'a label is no boolean'); messages('kto', row.prompt, 'system', 'user') }
for (const row of lines('dpo')) { keys('dpo', row, 'chosen,prompt,rejected'); messages('dpo', row.prompt, 'system', 'user'); messages('dpo', row.chosen, 'assistant', 'assistant') }
for (const file of ['reward', 'openrlhf']) {
  for (const row of lines(file)) { keys(file, row, 'chosen,margin,rejected'); check(file, row.margin > 0, 'a margin is not above 0'); messages(file, row.chosen, 'system', 'assistant'); messages(file, row.rejected, 'system', 'assistant') }
}
for (const row of lines('prm')) {
  keys('prm', row, 'completions,labels,prompt')
  check('prm', typeof row.prompt === 'string' && row.completions.every(step => typeof step === 'string') && row.completions.length === row.labels.length, 'steps and labels do not belong together')
}
for (const row of lines('grpo')) messages('grpo', row.prompt, 'system', 'user')
for (const row of await parquet('verl')) {
  keys('verl', row, 'ability,data_source,extra_info,prompt,reward_model')
  messages('verl', row.prompt, 'system', 'user')
  check('verl', row.reward_model.style === 'rule' && row.extra_info.interaction_kwargs.name === 'vignette', 'columns are not those of verl')
}
for (const row of lines('sotopia')) {
  check('sotopia', row.agents.length === row.rewards.length && row.messages.every(turn => turn.every(m => m.length === 3)) && row.models.length === row.agents.length + 1, 'it is no EpisodeLog')
}

for (const each of new Set(wrong)) console.error(each)
console.log(`readback: ${rows.length} episodes, ${turns.length} turns, ${scores.length} scores; ${wrong.length} things wrong`)
process.exit(wrong.length ? 1 : 0)
