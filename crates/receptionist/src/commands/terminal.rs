//! Lines for people: who speaks, what was written, what went wrong.

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

const CALLER: Style = AnsiColor::Cyan.on_default();
const RECEPTIONIST: Style = AnsiColor::Green.on_default();
const WRITTEN: Style = AnsiColor::Yellow.on_default();
const ERROR: Style = AnsiColor::Red.on_default();
const PLAIN: Style = Style::new().bold();

pub(super) fn caller(words: &str) {
    line(CALLER, "Caller", words);
}

pub(super) fn receptionist(words: &str) {
    line(RECEPTIONIST, "Sarah ", words);
}

pub(super) fn written(what: &str) {
    line(WRITTEN, "     ▸", what);
}

pub(super) fn heading(text: &str) {
    print(&paint(PLAIN, text, std::io::stdout().is_terminal()));
}

#[expect(clippy::print_stderr, reason = "talk goes to standard error")]
pub(super) fn complain(text: &str) {
    eprintln!("{} {text}", paint(ERROR, "receptionist:", std::io::stderr().is_terminal()));
}

#[expect(clippy::print_stdout, reason = "this is a terminal program's output")]
pub(super) fn print(text: &str) {
    println!("{text}");
}

const WIDTH: usize = 100;

fn line(style: Style, who: &str, words: &str) {
    let colour = std::io::stdout().is_terminal();
    let mut lines = wrapped(words).into_iter();
    let first = lines.next().unwrap_or_default();
    print(&format!("{}  {first}", paint(style, who, colour)));
    for rest in lines {
        print(&format!("        {rest}"));
    }
}

fn paint(style: Style, text: &str, colour: bool) -> String {
    if colour && std::env::var_os("NO_COLOR").is_none() {
        format!("{}{text}{}", style.render(), style.render_reset())
    } else {
        text.to_owned()
    }
}

fn wrapped(words: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let is_full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count() + word.chars().count() >= WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
