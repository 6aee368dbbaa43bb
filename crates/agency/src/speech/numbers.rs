//! Whole numbers in words.

pub(crate) const SMALL: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
pub(crate) const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// `five hundred and seven`, `two thousand two hundred`. Negative numbers are said with "minus".
pub fn cardinal(n: i64) -> String {
    match n {
        i64::MIN..0 => format!("minus {}", cardinal(n.saturating_neg())),
        0..1_000 => under_a_thousand(n),
        1_000..1_000_000 => scaled(n, 1_000, "thousand"),
        _ => scaled(n, 1_000_000, "million"),
    }
}

fn scaled(n: i64, unit: i64, name: &str) -> String {
    let head = format!("{} {name}", cardinal(n / unit));
    match n % unit {
        0 => head,
        rest @ 1..100 => format!("{head} and {}", cardinal(rest)),
        rest => format!("{head} {}", cardinal(rest)),
    }
}

fn under_a_thousand(n: i64) -> String {
    let word = |i: i64| SMALL[usize::try_from(i).expect("below twenty")];
    let tens = |i: i64| TENS[usize::try_from(i).expect("below ten")];
    match n {
        0..20 => word(n).to_owned(),
        20..100 if n % 10 == 0 => tens(n / 10).to_owned(),
        20..100 => format!("{}-{}", tens(n / 10), word(n % 10)),
        _ if n % 100 == 0 => format!("{} hundred", word(n / 100)),
        _ => format!("{} hundred and {}", word(n / 100), under_a_thousand(n % 100)),
    }
}

/// `first`, `twenty-second`: for days of the month and choices.
pub fn ordinal(n: i64) -> String {
    let words = cardinal(n);
    let cut = words.rfind(['-', ' ']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(cut);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        ty if ty.ends_with('y') => format!("{}ieth", &ty[..ty.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_the_british_way() {
        for (n, words) in [
            (0, "zero"),
            (507, "five hundred and seven"),
            (2_200, "two thousand two hundred"),
            (2_050, "two thousand and fifty"),
            (975_000, "nine hundred and seventy-five thousand"),
            (1_000_001, "one million and one"),
        ] {
            assert_eq!(cardinal(n), words);
        }
    }

    #[test]
    fn days_of_the_month_are_ordinals() {
        for (n, words) in
            [(1, "first"), (12, "twelfth"), (20, "twentieth"), (22, "twenty-second"), (30, "thirtieth")]
        {
            assert_eq!(ordinal(n), words);
        }
    }
}
