//! Letters and digits as they are spelled on the phone: NATO, home-made alphabets ("M for mother"), letters that a
//! recogniser wrote as words ("you", "are", "tea"), figures in words, doubles. One place may be read in several ways;
//! each has a cost, so that whoever knows the shape of the answer (a postcode, a name) can choose.

use super::tokens::Tokens;

/// What some words may spell: capital letters and digits, how many words they took, and how doubtful it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spelled {
    pub(super) code: String,
    pub(super) used: usize,
    pub(super) cost: f32,
}

const SURE: f32 = 0.0;
const LIKELY: f32 = 0.3;
const DOUBTFUL: f32 = 0.8;
const UNLIKELY: f32 = 1.3;

/// Every reading of the words at this place.
pub(super) fn readings(tokens: &Tokens, at: usize) -> Vec<Spelled> {
    let word = tokens.get(at);
    let mut all = Vec::new();
    if word.is_empty() {
        return all;
    }
    doubled(tokens, at, &mut all);
    introduced(tokens, at, &mut all);
    single(word, &mut all);
    all
}

fn push(all: &mut Vec<Spelled>, code: &str, used: usize, cost: f32) {
    all.push(Spelled { code: code.to_ascii_uppercase(), used, cost });
}

/// `double u`, `double four`, `triple seven`.
fn doubled(tokens: &Tokens, at: usize, all: &mut Vec<Spelled>) {
    let times = match tokens.get(at) {
        "double" => 2,
        "triple" | "treble" => 3,
        _ => return,
    };
    let next = tokens.get(at + 1);
    if times == 2 && matches!(next, "u" | "you" | "use" | "yous") {
        push(all, "W", 2, SURE);
    }
    let mut of_next = Vec::new();
    single(next, &mut of_next);
    for one in of_next.into_iter().filter(|one| one.code.len() == 1) {
        push(all, &one.code.repeat(times), 2, one.cost);
    }
}

/// `M for mother`, `S as in sugar`, `tea for Tommy`, and what a recogniser makes of "for": `S 4 sugar`.
fn introduced(tokens: &Tokens, at: usize, all: &mut Vec<Spelled>) {
    let (joint, example) = match (tokens.get(at + 1), tokens.get(at + 2)) {
        ("as", "in") => (2, tokens.get(at + 3)),
        ("for" | "4" | "four" | "like" | "of" | "from", example) => (1, example),
        _ => return,
    };
    let Some(initial) = example.chars().next().filter(char::is_ascii_alphabetic) else { return };
    if example.len() < 3 || figure(example).is_some() {
        return;
    }
    let letter = tokens.get(at);
    let used = joint + 2;
    if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let agree = letter.starts_with(initial);
        push(all, letter, used, if agree { SURE } else { LIKELY });
        push(all, &initial.to_string(), used, if agree { SURE } else { 0.4 });
        return;
    }
    // What stands before "for" sounds like a letter; its example says which.
    let doubt = if figure(letter).is_some() { UNLIKELY } else { LIKELY };
    push(all, &initial.to_string(), used, doubt);
    // "t4 tommy": the letter and the "for" were glued together.
}

fn single(word: &str, all: &mut Vec<Spelled>) {
    if let Some((letter, certain)) = alphabet(word) {
        push(all, letter, 1, if certain { SURE } else { LIKELY });
    }
    for (code, cost) in misheard(word) {
        push(all, code, 1, *cost);
    }
    if let Some(figure) = figure(word) {
        push(all, &figure, 1, SURE);
    }
    let is_code = word.chars().all(|c| c.is_ascii_alphanumeric());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if !is_code {
        return;
    }
    match (word.len(), digits) {
        (1, 0) => single_letter(word, all),
        (_, 0) if word.len() <= 4 => push(all, word, 1, if word.len() == 2 { 0.35 } else { 0.75 }),
        (..=8, 1..) => written(word, digits, all),
        _ => {}
    }
    // A word of anybody's own alphabet stands for its first letter.
    if digits == 0 && word.len() >= 3 && !NO_EXAMPLE.contains(&word) {
        push(all, &word[..1], 1, DOUBTFUL);
    }
}

/// Said around a spelling, and no part of it.
const NO_EXAMPLE: &[&str] = &[
    "the", "and", "yes", "its", "postcode", "post", "code", "sorry", "please", "okay", "thats", "then",
    "that", "have", "surname", "name", "first", "last", "spelled", "spelt", "spell", "capital", "space",
    "letter", "number", "again", "stop", "for", "from",
];

/// Letters that sound alike on a telephone. Each costs less than a shape that cannot be, and more than the letter itself.
const SOUND_ALIKE: &[(&str, &str, f32)] = &[
    ("m", "n", 0.6),
    ("n", "m", 0.6),
    ("f", "s", 0.65),
    ("s", "f", 0.65),
    ("x", "s", 0.65),
    ("i", "y", 0.6),
    ("k", "aj", 0.65),
    ("g", "j", 0.65),
    ("j", "g", 0.65),
    ("q", "u", 0.8),
    ("u", "q", 0.8),
    ("o", "l", 0.8),
    ("a", "h", 0.8),
    ("h", "a", 0.8),
    ("b", "dpegtvc", 0.85),
    ("c", "tpdesg", 0.85),
    ("d", "tbpeg", 0.85),
    ("e", "btdpagi", 0.85),
    ("p", "tbde", 0.85),
    ("t", "pdbe", 0.85),
    ("v", "bdpet", 0.85),
    ("z", "s", 0.85),
];

fn single_letter(word: &str, all: &mut Vec<Spelled>) {
    push(all, word, 1, SURE);
    for (_, others, cost) in SOUND_ALIKE.iter().filter(|(letter, ..)| *letter == word) {
        for other in others.chars() {
            push(all, &other.to_string(), 1, *cost);
        }
    }
    let digit = match word {
        "o" => ("0", 0.2),
        "i" => ("1", 0.7),
        "v" => ("5", 0.4),
        "a" => ("8", 1.0),
        "l" => ("1", UNLIKELY),
        "s" => ("5", UNLIKELY),
        _ => return,
    };
    push(all, digit.0, 1, digit.1);
}

/// A mixture that came out as one: `t4`, `b16`, `649`; an eight may be an A or an H that was heard so.
fn written(word: &str, digits: usize, all: &mut Vec<Spelled>) {
    push(all, word, 1, SURE);
    if word == "8" {
        push(all, "A", 1, 1.0);
        push(all, "H", 1, 1.0);
    }
    if word == "0" {
        push(all, "O", 1, 0.6);
    }
    if word == "2" {
        push(all, "U", 1, 1.2);
    }
    // "50 6" for fifty-six; "20 2".
    if digits == 2 && word.len() == 2 && word.ends_with('0') {
        push(all, &word[..1], 1, 0.9);
    }
    // "71" for seventy and one, "in2" for N two.
    if digits == 2 && word.len() == 2 && !word.contains('0') {
        push(all, &format!("{}0{}", &word[..1], &word[1..]), 1, 1.1);
    }
    if let Some(rest) = word.strip_prefix("in").or_else(|| word.strip_prefix("an")) {
        push(all, &format!("n{rest}"), 1, LIKELY);
    }
    if word.contains('v') {
        push(all, &word.replace('v', "5"), 1, 0.6);
    }
    if let Some(rest) = word.strip_suffix("th").or_else(|| word.strip_suffix("st")) {
        push(all, rest, 1, 0.4);
    }
}

/// Spelling alphabets: NATO's for certain, the words people make up for lack of it with a doubt.
fn alphabet(word: &str) -> Option<(&'static str, bool)> {
    let nato = match word {
        "alpha" | "alfa" => "A",
        "bravo" => "B",
        "charlie" | "charley" => "C",
        "delta" => "D",
        "echo" => "E",
        "foxtrot" => "F",
        "golf" => "G",
        "hotel" => "H",
        "india" => "I",
        "juliet" | "juliett" | "juliette" => "J",
        "kilo" => "K",
        "lima" => "L",
        "mike" => "M",
        "november" => "N",
        "oscar" => "O",
        "papa" => "P",
        "quebec" => "Q",
        "romeo" => "R",
        "sierra" => "S",
        "tango" => "T",
        "uniform" => "U",
        "victor" => "V",
        "whisky" | "whiskey" => "W",
        "xray" => "X",
        "yankee" | "yankees" => "Y",
        "zulu" => "Z",
        _ => "",
    };
    if !nato.is_empty() {
        return Some((nato, true));
    }
    let home_made = match word {
        "apple" | "able" | "adam" | "andrew" => "A",
        "bertie" | "baker" | "boy" | "bob" | "benny" => "B",
        "cat" | "charles" => "C",
        "dog" | "david" => "D",
        "elephant" | "easy" | "edward" => "E",
        "freddie" | "freddy" | "fox" | "father" => "F",
        "george" => "G",
        "harry" | "henry" => "H",
        "igloo" | "isaac" => "I",
        "jack" | "john" | "johnny" => "J",
        "king" | "kite" => "K",
        "london" | "lucy" | "lemon" => "L",
        "mother" | "mary" | "mummy" => "M",
        "nelly" | "nuts" | "nan" => "N",
        "orange" | "oliver" => "O",
        "peter" | "pongo" => "P",
        "queen" | "queenie" => "Q",
        "robert" | "roger" | "raja" => "R",
        "sugar" | "sam" | "sand" => "S",
        "tommy" | "tom" => "T",
        "uncle" | "umbrella" => "U",
        "violet" | "vera" => "V",
        "william" | "window" | "wendy" => "W",
        "xylophone" => "X",
        "yellow" | "yoyo" | "yorker" => "Y",
        "zebra" | "zoo" => "Z",
        _ => return None,
    };
    Some((home_made, false))
}

/// Figures in words, and the words they are misheard for.
fn figure(word: &str) -> Option<String> {
    let digits = match word {
        "zero" | "nought" | "naught" | "nil" => "0",
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" | "niner" => "9",
        "ten" => "10",
        "eleven" => "11",
        "twelve" => "12",
        "thirteen" => "13",
        "fourteen" => "14",
        "fifteen" => "15",
        "sixteen" => "16",
        "seventeen" => "17",
        "eighteen" => "18",
        "nineteen" => "19",
        "twenty" => "20",
        "thirty" => "30",
        "forty" => "40",
        "fifty" => "50",
        "sixty" => "60",
        "seventy" => "70",
        "eighty" => "80",
        "ninety" => "90",
        _ => return None,
    };
    Some(digits.to_owned())
}

/// Words that recognisers write for letters and figures, each with what it was and how often it is not.
fn misheard(word: &str) -> &'static [(&'static str, f32)] {
    match word {
        "a" | "hey" | "eh" | "ay" => &[("A", 0.0)],
        "age" | "hate" | "haitch" | "aitch" | "each" | "h." | "ach" | "hatch" | "height" => &[("H", 0.3)],
        "eight" | "ate" => &[("8", 0.0), ("H", 1.0), ("A", 1.0)],
        "be" | "bee" | "beer" => &[("B", 0.2)],
        "see" | "sea" | "say" | "cee" | "si" => &[("C", 0.2)],
        "dee" | "de" | "di" => &[("D", 0.2)],
        "the" => &[("D", 1.0), ("B", 1.2), ("V", 1.2)],
        "he" | "ee" | "eat" => &[("E", 0.4)],
        "if" | "eff" | "ef" | "half" | "have" | "off" | "f." => &[("F", 0.6)],
        "gee" | "ji" | "jeep" => &[("G", 0.2)],
        "eye" | "aye" => &[("I", 0.2)],
        "im" | "i'm" => &[("IM", 0.4)],
        "jay" | "jade" => &[("J", 0.2)],
        "kay" | "okay" | "k." | "cake" => &[("K", 0.5)],
        "el" | "ell" | "hell" | "elle" | "al" | "ill" => &[("L", 0.3)],
        "ellie" | "elly" => &[("LE", 0.5), ("L", 0.9)],
        "em" | "am" | "ham" | "mm" => &[("M", 0.4)],
        "and" => &[("N", 0.3)],
        "en" | "end" | "an" | "in" | "hen" => &[("N", 0.5)],
        "oh" | "owe" | "o" => &[("O", 0.3), ("0", 0.2)],
        "pea" | "pee" | "pay" | "pete" => &[("P", 0.3)],
        "queue" | "cue" | "kew" => &[("Q", 0.1)],
        "are" | "our" | "ah" | "ar" | "all" | "or" => &[("R", 0.4)],
        "ass" | "es" | "ess" | "yes" | "as" | "s." => &[("S", 0.7)],
        "tea" | "tee" | "tease" | "t." => &[("T", 0.2)],
        "you" | "ewe" | "yu" | "u." => &[("U", 0.2)],
        "its" | "thats" => &[("S", 0.8), ("TS", 1.2)],
        "that" => &[("Z", 0.8)],
        "page" | "paige" | "hitch" | "itch" => &[("H", 0.5)],
        "spell" => &[("SL", 0.8)],
        "on" => &[("1", 0.9), ("N", 0.9)],
        "th" => &[("H", 0.7), ("TH", 0.6)],
        "haha" => &[("RR", 0.8)],
        "vee" | "v." | "we" | "fee" => &[("V", 0.5)],
        "ex" | "axe" | "eggs" | "x." | "x-ray" => &[("X", 0.3)],
        "why" | "wye" | "white" | "wife" => &[("Y", 0.3)],
        "zed" | "zee" | "said" | "set" | "z." => &[("Z", 0.3)],
        "won" | "wan" => &[("1", 0.3)],
        "to" | "too" | "tu" => &[("2", 0.1)],
        "free" | "tree" => &[("3", 0.2)],
        "for" | "full" | "fore" | "or4" | "ford" => &[("4", 0.2)],
        "live" | "hive" | "fife" | "fine" => &[("5", 0.6)],
        "sex" | "sick" | "sicks" | "sics" => &[("6", 0.3)],
        "heaven" => &[("7", 0.4)],
        "mine" | "nein" | "line" | "night" | "knight" => &[("9", 0.6)],
        "hero" | "zeros" => &[("0", 0.4)],
        "freebie" => &[("3B", 0.4)],
        "tough" => &[("TF", 0.9)],
        "envy" => &[("NV", 0.4)],
        "easy" => &[("EZ", 0.6)],
        "any" => &[("NE", 0.6)],
        "essex" => &[("SX", 0.7)],
        "ok" => &[("OK", 0.5), ("K", 0.8)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str) -> String {
        let tokens = Tokens::of(text);
        let mut at = 0;
        let mut code = String::new();
        while at < tokens.len() {
            let all = readings(&tokens, at);
            let first = all.iter().min_by(|a, b| a.cost.total_cmp(&b.cost).then(b.used.cmp(&a.used)));
            let Some(first) = first else { break };
            code.push_str(&first.code);
            at += first.used;
        }
        code
    }

    #[test]
    fn letters_and_figures_in_any_alphabet() {
        for (text, code) in [
            ("whisky nine one alpha bravo", "W91AB"),
            ("m for mother s as in sugar", "MS"),
            ("double u nine", "W9"),
            ("double l triple seven", "LL777"),
            ("tea you queue", "TUQ"),
        ] {
            assert_eq!(best(text), code, "{text}");
        }
    }
}
