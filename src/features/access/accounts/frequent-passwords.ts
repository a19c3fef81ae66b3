/** Of those that are long enough, the ones that guessing begins with; without digits and signs at their ends. */
const frequent = new Set(
  `
  password passwords passwort motdepasse contrasena passwordpassword mypassword yourpassword thepassword newpassword
  adminadmin administrator superadmin administrateur rootrootroot useruseruser guestguest welcome welcomewelcome
  changeme changemenow changeit letmein letmeinnow trustno qwerty qwertyui qwertyuiop qwertyuiopasdf qwertzuiop azertyuiop
  asdfghjkl zxcvbnm zxcvbnmasdf qazwsxedc qazwsxedcrfv poiuytrewq mnbvcxz abcdefghij abcdefgh abcdefghijkl abcabcabc
  iloveyou iloveyouso iloveyoubaby sunshine princess football baseball basketball superman batman starwars pokemon
  dragon monkey shadow master michael jennifer computer internet samsung liverpool chelsea arsenal charlie jordan
  callboard backstage developer developerportal portal secret secretsecret topsecret testtesttest testing tester
  `.match(/\S+/g),
)

/** Sequences that people type along the keyboard, whole. */
const rows = [
  '12345678901234567890',
  '09876543210987654321',
  'qwertyuiopasdfghjklzxcvbnm',
  'abcdefghijklmnopqrstuvwxyz',
]
const mixed = new Set(
  `
  1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u q1w2e3r4t5 q1w2e3r4t5y6 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 a1b2c3d4e5
  123qweasdzxc qwe123qwe123 abc123abc123 1a2b3c4d5e 123456789a 123456789q a123456789 q123456789 11223344556677 1122334455
  147258369 1472583690 0123456789 9876543210 123123123123 1231231231 123321123321 789456123 7894561230 p@ssw0rd p@ssw0rd123
  `.match(/\S+/g),
)

/** Whether a password, long enough otherwise, is among those that are tried first. */
export function isFrequent(password: string): boolean {
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4) return true
  if (mixed.has(plain) || rows.some((row) => row.includes(plain))) return true
  const word = plain.replace(/^[^a-z]+|[^a-z]+$/g, '')
  return frequent.has(word) || frequent.has(unmasked(word)) || frequent.has(unmasked(plain).replace(/[^a-z]+$/, ''))
}

const masks: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' }
const unmasked = (text: string) => text.replace(/[013457@$]/g, (sign) => masks[sign] ?? sign)
