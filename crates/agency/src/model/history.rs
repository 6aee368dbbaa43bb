//! What was said and done so far, as the model is told it: bounded, and true to what the caller heard.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Caller(String),
    Us(String),
    /// What somebody of the agency tells us, not for the caller.
    Colleague(String),
    Tool {
        id: String,
        name: String,
        arguments: String,
        result: String,
    },
}

/// The latest lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History(Vec<Line>);

const LINES_MAX: usize = 24;
const LETTERS_MAX: usize = 800;

impl History {
    pub fn push(&mut self, line: Line) {
        self.0.push(match line {
            Line::Caller(words) => Line::Caller(short(&words)),
            Line::Us(words) => Line::Us(short(&words)),
            Line::Colleague(words) => Line::Colleague(short(&words)),
            tool @ Line::Tool { .. } => tool,
        });
        let too_many = self.0.len().saturating_sub(LINES_MAX);
        self.0.drain(..too_many);
    }

    /// The caller spoke over the last thing we said: they know only this much of it.
    pub fn cut(&mut self, heard: &str) {
        if let Some(Line::Us(words)) = self.0.iter_mut().rfind(|line| matches!(line, Line::Us(_))) {
            *words = format!("{} —", short(heard));
        }
    }

    /// Chat messages; a tool's result follows the call it answers.
    pub(super) fn messages(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for line in &self.0 {
            match line {
                Line::Caller(words) => all.push(json!({"role": "user", "content": words})),
                Line::Us(words) => all.push(json!({"role": "assistant", "content": words})),
                Line::Colleague(words) => {
                    let told = format!("A colleague knows of this call, and tells you: {}", json!(words));
                    all.push(json!({"role": "system", "content": told}));
                }
                Line::Tool { id, name, arguments, result } => {
                    let call = json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
                    all.push(json!({"role": "assistant", "content": null, "tool_calls": [call]}));
                    all.push(json!({"role": "tool", "tool_call_id": id, "content": result}));
                }
            }
        }
        all
    }
}

fn short(words: &str) -> String {
    words.chars().take(LETTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_cut_to_what_was_heard() {
        let mut history = History::default();
        for n in 0..100 {
            history.push(Line::Caller(format!("line {n}")));
        }
        history.push(Line::Us("I can do Tuesday at ten or Wednesday at two.".into()));
        history.cut("I can do Tuesday");
        assert_eq!(history.messages().len(), LINES_MAX);
        assert_eq!(history.messages().last().unwrap()["content"], "I can do Tuesday —");
    }
}
