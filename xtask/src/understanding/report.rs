//! The document.

use std::fmt::Write as _;

use super::Figure;

pub(super) fn text(figures: &[Figure]) -> String {
    let mut text = String::from(HEAD);
    for figure in figures {
        let aim = figure.aim.map_or_else(String::new, |aim| format!("{aim:.0} %"));
        let (name, what, right, of) = (figure.name, figure.what, figure.right, figure.of);
        let _ = writeln!(text, "| {name} | {what} | {:.1} % | {right} of {of} | {aim} |", figure.percent());
    }
    text.push_str(FOOT);
    text
}

const HEAD: &str = "\
# What is understood

Made by `cargo xtask understanding` (`--misses NAME` prints what one figure missed). It reads every sentence the way
`receptionist understand` does. The open corpora lie outside this project (`../shared/data`) and none of their text is in
it; without them only the own set is measured.

Where callers mean one of several days, all of them are candidates: *right* for dates and times is that the true value is
among what was understood, and the share of ambiguous answers stands beside it. A time without am or pm is taken inside
office hours (\"half three\" is 15:30), which corpora of restaurants and banks do not always share.

| figure | right means | reached | rows | aim |
|---|---|---|---|---|
";
const FOOT: &str = "
## How foreign labels are read

| corpus | label | ours |
|---|---|---|
| SGD Homes | `FindApartment` | `property_enquiry_rent` or `property_enquiry_buy` |
| SGD Homes | `ScheduleVisit` | `book_viewing` |
| SGD Homes | `number_of_beds`, `number_of_baths`, `area`, `visit_date` | bedrooms, bathrooms, area, date |
| SGD Homes | `furnished`, `pets_allowed` | feature `furnished`, `pets`, wanted |
| SGD, NLU++ | `*_date`, `date*`; `*_time`, `time*` | date; time |
| NLU++ | `handoff`, `cancel_close_leave_freeze`, `change`, `affirm`, `deny` | hand_off, cancel, change, affirm, deny |
| RESTAURANTS-8K | `date`, `time`, `people`, `first_name` and `last_name` | date, time, count, name; `requested` is what was asked for |
| CLINC150 | `yes`, `no`, `repeat`, `maybe`, `goodbye`, `greeting`, `thank_you`, `are_you_a_bot`, `cancel` | affirm, deny, repeat, dont_know, goodbye, greeting, thanks, are_you_human, cancel |
| CLINC150 | `oos` | no intent at all |

A day before the reference moment can be in no booking and is left out. Recognizers' dates in figures are American; ours
are British (12/1 is 12 January), so those rows are missed on purpose.

## What the figures say

* **Postcodes** stay below their aim. In about one call in nine the recogniser returned nothing at the first attempt, and in
  most of the other misses no transcript holds the true letters (an F heard as S, an E as A): without the list of real
  postcodes there is nothing to choose by. Every transcript votes (`crates/agency/src/language/postcode_voice.rs`).
* **Names** are missed where several spellings sound alike (Anne and Ann, Stephen and Steven); the commoner wins.
* **Intents** are judged by a linear model (`docs/decisions/0006-intents-are-learned.md`). The own set was written, half to
  be looked at and half not, by somebody who had not seen the rules, a fifth of it hard on purpose.
* **Out of scope** is bought with recall: words that are not surely about nothing are given their likeliest intent, with its
  confidence beside it. The conversation acts on an intent from 0.6 only.
* **Deny** in NLU++ is any negated statement; ours is a refusal or a correction as well, and a caller who says \"I don't mind\"
  denies nothing.
* **Cancel** in NLU++ is mostly the closing of bank accounts.
";
