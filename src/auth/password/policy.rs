//! Which passwords are good enough. Pure: no list of leaked passwords is asked, because of those that have twelve
//! characters nearly all are made of a few well-known pieces; those pieces are what is looked for.

use crate::error::Msg;
use crate::msg;
use crate::text::fold;

/// Fewest characters, unless the organization asks for more.
pub const MIN_CHARS: usize = 12;
/// Most characters.
pub const MAX_CHARS: usize = 128;

/// Pieces that a password gets little strength from: what lists of leaked passwords are full of, and our own name.
const PIECES: &str = "
password passwort passwd parola senha kennwort motdepasse contrasena wachtwoord
secret geheim hunter letmein trustno iloveyou teamo welcome willkommen bemvindo bienvenue hello hallo
admin administrator root user guest login master changeme default test testing demo example temp access system server
steward company office firma empresa human resources
monkey dragon tiger lion eagle shadow batman superman spiderman pokemon starwars matrix ninja princess prinzessin
sunshine flower butterfly chocolate cookie cheese banana orange pepper ginger summer winter spring autumn sommer herbst
football fussball baseball basketball soccer hockey liverpool chelsea arsenal barcelona bayern juventus benfica
january february march april june july august september october november december
januar februar maerz juni juli oktober dezember
monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
michael jennifer jordan jessica ashley andrew daniel thomas charlie george maria freedom whatever computer internet
google facebook samsung iphone windows killer fuck love baby angel jesus lovely forever family mother father schatz
";

/// Rows of keyboards, read in both directions.
const ROWS: [&str; 9] = [
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// A password must reach this many points: a character counts one (the same one at most twice), a well-known piece
/// two (once), a run one.
const ENOUGH: usize = 8;

/// The one whose password it is.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub name: &'a str,
    /// What stands before the `@`.
    pub local_part: &'a str,
}

/// `Ok` where `password` may be used.
///
/// # Errors
/// What is wrong with it, for the person.
pub fn check(password: &super::Password, min_chars: usize, about: About<'_>) -> Result<(), Msg> {
    let text = password.text();
    let chars = text.chars().count();
    if chars < min_chars {
        return Err(msg!(
            "A password has at least {0} characters. A few words in a row are easy to remember.",
            min_chars
        ));
    }
    if chars > MAX_CHARS {
        return Err(msg!("A password has at most {0} characters.", MAX_CHARS));
    }
    let folded = fold(text);
    if own_words(about).iter().any(|word| folded.contains(word)) {
        return Err(msg!("A password must not contain your own name or address."));
    }
    if points(&folded) < ENOUGH {
        return Err(msg!("This password is easy to guess. Please choose another: a few words in a row will do."));
    }
    Ok(())
}

/// The words of the name and of the address that are long enough to mean the person.
fn own_words(about: About<'_>) -> Vec<String> {
    let mut words: Vec<String> = fold(about.name).split_whitespace().map(str::to_owned).collect();
    words.push(words.concat());
    words.push(fold(about.local_part));
    words.retain(|word| word.chars().count() >= 4);
    words
}

/// The letter that a stand-in is used for: `p@ssw0rd` reads `password`.
fn letter(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// How much there is in a folded password, see [`ENOUGH`].
fn points(folded: &str) -> usize {
    let typed: Vec<char> = folded.chars().collect();
    let read: Vec<char> = typed.iter().map(|c| letter(*c)).collect();
    let mut seen: Vec<&str> = Vec::new();
    let mut singles: Vec<char> = Vec::new();
    let (mut sum, mut at) = (0, 0);
    while at < typed.len() {
        if let Some(piece) = piece_at(&read[at..]) {
            if !seen.contains(&piece) {
                sum += 2;
                seen.push(piece);
            }
            at += piece.len();
            continue;
        }
        let run = run_length(&typed[at..]);
        if run >= 3 {
            sum += 1;
            at += run;
            continue;
        }
        if singles.iter().filter(|c| **c == typed[at]).count() < 2 {
            singles.push(typed[at]);
            sum += 1;
        }
        at += 1;
    }
    sum
}

/// The longest of [`PIECES`] that `text` starts with. They are ASCII: their bytes are their characters.
fn piece_at(text: &[char]) -> Option<&'static str> {
    let starts = |piece: &&str| piece.len() <= text.len() && piece.chars().zip(text).all(|(a, b)| a == *b);
    PIECES.split_whitespace().filter(starts).max_by_key(|piece| piece.len())
}

/// Characters at the start of `text` that follow from one another: repeated, counted up or down, along a keyboard's
/// row, or a year of living memory.
fn run_length(chars: &[char]) -> usize {
    let year = chars.len() >= 4
        && (chars.starts_with(&['1', '9']) || chars.starts_with(&['2', '0']))
        && chars[2..4].iter().all(char::is_ascii_digit);
    let steps = [0_i64, 1, -1].map(|step| {
        1 + chars
            .windows(2)
            .take_while(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == step)
            .count()
    });
    let row = ROWS
        .iter()
        .flat_map(|row| [(*row).to_owned(), row.chars().rev().collect()])
        .map(|row: String| along(&row, chars))
        .max();
    steps.into_iter().chain(row).chain(year.then_some(4)).max().unwrap_or(1)
}

/// How far `chars` goes along `row`.
fn along(row: &str, chars: &[char]) -> usize {
    let Some(start) = chars.first().and_then(|first| row.chars().position(|c| c == *first)) else { return 1 };
    row.chars().skip(start).zip(chars).take_while(|(a, b)| a == *b).count()
}
