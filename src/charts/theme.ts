// Colours, sizes and the font of a picture: an opaque card of its own, to be read on a phone, in Slack's light and dark.

/** In points; drawn at twice the size, which is what a phone shows. */
export const WIDTH = 640
export const HEIGHT = 360
export const ZOOM = 2

/**
 * Text stands out by 7 to 1 from the card, what is drawn by 3 to 1 (WCAG 2.2, 1.4.6 and 1.4.11). The card is not white: a
 * white sheet dazzles in a dark room, and this one still differs from both of Slack's grounds.
 */
export const CARD = '#f4f2ee'
export const EDGE = '#8f8a80'
export const TEXT = '#1d1c1d'
export const FAINT_TEXT = '#4a4742'
/** Helps the eye along and carries nothing: it may be faint. */
export const GRID = '#d8d4cc'

/**
 * Lines, told apart by hue and lightness for those who see no red or no green (after Okabe and Ito, darkened to keep 3 to 1
 * on the card), and by dashes for everybody.
 */
export const LINES = [
  { colour: '#00508c', dash: 'solid' },
  { colour: '#c25400', dash: [8, 4] },
  { colour: '#008060', dash: [2, 3] },
  { colour: '#6c0054', dash: [12, 4, 2, 4] },
  { colour: '#1d1c1d', dash: [5, 5] },
] as const
export const ALARM = '#b3261e'
export const PLAIN = '#6f9dc4'
export const TOLD = '#00508c'
export const LIMIT = '#6b4e00'

/** Narrow, so that labels fit; brought by a package, since a bare container has no font at all. */
export const FONT = 'DejaVu Sans Condensed'
export const FONT_FILES = ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf'] as const
export const TITLE_SIZE = 21
export const NOTE_SIZE = 17
export const LABEL_SIZE = 16
export const MARGIN = 18
