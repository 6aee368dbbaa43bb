//! A postcode by voice. The shape of postcodes (Royal Mail PAF) chooses among the readings of every word, and several
//! transcripts of the same words vote.

use std::collections::BTreeMap;

use super::letters::{Spelled, readings};
use super::tokens::Tokens;
use crate::postcode::Postcode;

/// Outward and inward code: A a letter, 9 a figure.
const SHAPES: &[&str] = &["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"];
/// The areas there are (Royal Mail): a hint, because many a caller's recogniser mishears the first letter.
const AREAS: &str = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY \
    HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE \
    SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE ";
const COST_MAX: f32 = 5.0;
/// Readings kept at each word.
const KEPT_MAX: usize = 120;

/// The postcode that the transcripts (best first) spell together: each gives its readings a vote, the likelier the
/// more, and an earlier transcript counts for more than a later.
pub(super) fn postcode(transcripts: &[Tokens]) -> Option<Postcode> {
    const RANK: f32 = 0.7;
    const READINGS: usize = 4;
    const SHARPNESS: f32 = 2.0;
    let mut votes: BTreeMap<String, f32> = BTreeMap::new();
    let mut weight = 1.0;
    for tokens in transcripts {
        for (code, cost) in decode(tokens).into_iter().take(READINGS) {
            *votes.entry(code).or_default() += weight * (-SHARPNESS * cost).exp();
        }
        weight *= RANK;
    }
    let (code, _) = votes.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Postcode::parse(&code)
}

/// Whole postcodes that the words may spell, the likeliest first.
fn decode(tokens: &Tokens) -> Vec<(String, f32)> {
    let mut open: Vec<BTreeMap<String, f32>> = vec![BTreeMap::new(); tokens.len() + 1];
    open[0].insert(String::new(), 0.0);
    for at in 0..tokens.len() {
        let here = likeliest(&open[at]);
        let spelled = readings(tokens, at);
        let skipped = skip_cost(tokens.get(at));
        for (code, cost) in here {
            keep(
                &mut open[at + 1],
                code.clone(),
                cost + if code.is_empty() { skipped * 0.6 } else { skipped },
            );
            for Spelled { code: more, used, cost: doubt } in &spelled {
                let whole = format!("{code}{more}");
                if at + used <= tokens.len() && begins_a_shape(&whole) {
                    keep(&mut open[at + used], whole, cost + doubt);
                }
            }
        }
    }
    let mut whole: Vec<(String, f32)> = open[tokens.len()]
        .iter()
        .filter(|(code, _)| SHAPES.iter().any(|shape| shape.len() == code.len()) && is_whole(code))
        .map(|(code, cost)| (code.clone(), cost + oddness(code)))
        .filter(|(_, cost)| *cost < COST_MAX)
        .collect();
    whole.sort_by(|a, b| a.1.total_cmp(&b.1));
    whole
}

fn keep(open: &mut BTreeMap<String, f32>, code: String, cost: f32) {
    if cost < COST_MAX {
        open.entry(code).and_modify(|best| *best = best.min(cost)).or_insert(cost);
    }
}

fn likeliest(open: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
    let mut all: Vec<(String, f32)> = open.iter().map(|(code, cost)| (code.clone(), *cost)).collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    all.truncate(KEPT_MAX);
    all
}

fn skip_cost(word: &str) -> f32 {
    const AROUND: &[&str] = &[
        "my", "postcode", "post", "code", "is", "its", "it", "yes", "the", "and", "sorry", "please", "okay",
        "thats", "so", "um", "zip", "that", "space", "capital", "stop", "i", "said", "no", "thank", "you",
        "for", "again",
    ];
    match word {
        "and" => 0.7,
        _ if AROUND.contains(&word) => 0.3,
        _ if word.len() <= 2 || word.chars().any(|c| c.is_ascii_digit()) => 1.5,
        _ => 1.0,
    }
}

fn fits(shape: &str, code: &str) -> bool {
    shape.bytes().zip(code.bytes()).all(|(want, have)| match want {
        b'A' => have.is_ascii_uppercase(),
        _ => have.is_ascii_digit(),
    })
}

fn begins_a_shape(code: &str) -> bool {
    SHAPES.iter().any(|shape| code.len() <= shape.len() && fits(shape, code))
}

fn is_whole(code: &str) -> bool {
    SHAPES.iter().any(|shape| code.len() == shape.len() && fits(shape, code))
}

/// An area that is not there, and letters that no inward code has, speak against a reading.
fn oddness(code: &str) -> f32 {
    let area: String = code.chars().take_while(char::is_ascii_uppercase).collect();
    let no_area = if AREAS.contains(&format!(" {area} ")) { 0.0 } else { 1.0 };
    let odd_letters = code[code.len() - 2..].chars().filter(|c| "CIKMOV".contains(*c)).count();
    // No district ends in O: it is a nought.
    let odd_end = if code[..code.len() - 3].ends_with('O') { 0.6 } else { 0.0 };
    no_area + odd_end + if odd_letters > 0 { 0.7 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(transcripts: &[&str]) -> Option<String> {
        let tokens: Vec<Tokens> = transcripts.iter().map(|text| Tokens::of(text)).collect();
        postcode(&tokens).map(|code| format!("{} {}", code.outward, code.inward.unwrap_or_default()))
    }

    #[test]
    fn postcodes_by_voice() {
        for (text, code) in [
            ("w nine one a b", "W9 1AB"),
            ("it's W9 1AB please", "W9 1AB"),
            ("w for whisky nine one a for apple b for bertie", "W9 1AB"),
            ("november whiskey six one tango juliet", "NW6 1TJ"),
            ("n double you 6 1 tea jay", "NW6 1TJ"),
            ("my postcode is w ten four d z", "W10 4DZ"),
            ("W 10 four delta zulu", "W10 4DZ"),
        ] {
            assert_eq!(heard(&[text]).as_deref(), Some(code), "{text}");
        }
        assert_eq!(heard(&["I don't know it"]), None);
    }

    #[test]
    fn transcripts_vote() {
        let transcripts = ["w9 1 a p", "w9 1 a b", "w 9 1 A B"];
        assert_eq!(heard(&transcripts).as_deref(), Some("W9 1AB"));
    }
}
