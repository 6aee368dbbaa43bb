//! The safety words for somebody who wrote: the scripts are made to be heard, and in writing a number is figures.

use super::Hazard;

const IN_WRITING: &[(&str, &str)] = &[
    (" That's oh eight hundred, one one one, nine nine nine.", ""),
    ("oh eight hundred, one one one, nine nine nine", "0800 111 999"),
    ("oh eight hundred, three one six, nine eight hundred", "0800 316 9800"),
    ("one one six, one two three", "116 123"),
    ("nine nine nine", "999"),
    ("one one one", "111"),
    ("one oh five", "105"),
    ("Please hang up now and go.", "Please go now."),
];

impl Hazard {
    /// Whoever wrote can be rung on the number they wrote from.
    pub fn words_in_writing(&self) -> String {
        const CALL_BACK: &str = "We'll call you back.";
        let replaced = |words: String, (spoken, written): &(&str, &str)| words.replace(spoken, written);
        let words = IN_WRITING.iter().fold(self.script.replace(CALL_BACK, ""), replaced);
        format!("{} A colleague will ring you on this number.", words.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use crate::triage::table::TABLE;

    #[test]
    fn numbers_are_figures() {
        for hazard in TABLE.hazards.iter().filter(|hazard| !hazard.script.is_empty()) {
            let words = hazard.words_in_writing();
            let spelled = ["oh ", "nine", "hundred", "one one", "That's", "hang up"];
            assert!(!spelled.iter().any(|said| words.contains(said)), "{words}");
        }
        let gas = TABLE.hazards.iter().find(|hazard| hazard.hazard == "gas").unwrap().words_in_writing();
        assert!(gas.contains("0800 111 999. Please go now. A colleague will ring you"), "{gas}");
    }
}
