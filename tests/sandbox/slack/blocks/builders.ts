// The smallest Block Kit pieces, for tables of what is taken and refused.

export const plain = (text: string): object => ({ type: 'plain_text', text })
export const mrkdwn = (text: string): object => ({ type: 'mrkdwn', text })
export const option = (value: string): object => ({ text: plain(value), value })
export const button = (extra: object = {}): object => ({ type: 'button', text: plain('Go'), ...extra })
export const actions = (...elements: object[]): object => ({ type: 'actions', elements })
export const section = (extra: object): object => ({ type: 'section', ...extra })
export const input = (element: object, extra: object = {}): object => ({
  type: 'input',
  label: plain('Label'),
  element,
  ...extra,
})
export const rich = (...elements: object[]): object => ({ type: 'rich_text', elements })
export const line = (...elements: object[]): object => ({ type: 'rich_text_section', elements })
export const select = (extra: object = {}): object => ({
  type: 'static_select',
  options: [option('a')],
  ...extra,
})
export const x = (length: number): string => 'x'.repeat(length)
export const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
export const confirm = {
  title: plain('Sure?'),
  text: mrkdwn('Really'),
  confirm: plain('Yes'),
  deny: plain('No'),
  style: 'danger',
}
