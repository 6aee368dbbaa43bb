//! Colleagues who sign in: their roles, and what each may do.

use crate::crm::vocabulary;

vocabulary! {
    /// As an account has it (`spec.md` §2).
    StaffRole {
        Admin = "admin", Manager = "manager", Negotiator = "negotiator", Reviewer = "reviewer", ReadOnly = "read_only",
    }
}

vocabulary! {
    /// What a request needs: to look at everything but accounts and the audit; to do the day's work (tasks, viewings, repairs,
    /// messages, calls on the line); to score conversations; to change settings, rota and documents; to keep accounts.
    Permission { View = "view", Work = "work", Review = "review", Manage = "manage", Administer = "administer" }
}

impl StaffRole {
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{Administer, Manage, Review, View, Work};
        let granted: &[Permission] = match self {
            Self::Admin => &[View, Work, Review, Manage, Administer],
            Self::Manager => &[View, Work, Review, Manage],
            Self::Negotiator => &[View, Work],
            Self::Reviewer => &[View, Review],
            Self::ReadOnly => &[View],
        };
        granted.contains(&permission)
    }

    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.may(*permission))
    }

    /// Whether telephone numbers and addresses are shown whole.
    pub fn sees_numbers(self) -> bool {
        self != Self::ReadOnly
    }
}

/// Shortest password, in characters; the longest keeps one from being hashed for ever (NIST SP 800-63B, 3.1.1.2).
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 12..=128;

/// What is wrong with a new password, if anything.
pub fn password_problem(password: &str, email: &str) -> Option<&'static str> {
    let named = email.split('@').next().unwrap_or_default();
    let lower = password.to_lowercase();
    if !PASSWORD_CHARS.contains(&password.chars().count()) {
        return Some("take a password of 12 to 128 characters; three or four words are easy to keep");
    }
    let is_one_letter = password.chars().all(|letter| password.starts_with(letter));
    if is_one_letter
        || lower.contains("password")
        || (named.len() > 3 && lower.contains(&named.to_lowercase()))
    {
        return Some(
            "this password would be guessed; take three or four words that have nothing to do with you",
        );
    }
    None
}

/// As read-only accounts see it: the country and the last three figures.
pub fn masked(number: &str) -> String {
    let figures = number.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    number
        .chars()
        .map(|letter| {
            seen += usize::from(letter.is_ascii_digit());
            let hidden = letter.is_ascii_digit() && seen > 2 && seen + 3 <= figures;
            if hidden { '•' } else { letter }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_grow_from_looking_to_everything() {
        for (role, count) in StaffRole::ALL.iter().zip([5, 4, 2, 2, 1]) {
            assert_eq!(role.permissions().count(), count, "{role}");
            assert!(role.may(Permission::View));
        }
        assert!(!StaffRole::Negotiator.may(Permission::Review) && !StaffRole::Reviewer.may(Permission::Work));
        assert!(!StaffRole::Manager.may(Permission::Administer));
    }

    #[test]
    fn passwords_that_would_be_guessed_are_refused() {
        for refused in ["short", "aaaaaaaaaaaaaa", "Password12345", "aisha.khan 1234"] {
            assert!(password_problem(refused, "aisha.khan@example.org").is_some(), "{refused}");
        }
        assert_eq!(password_problem("plum harbour forty-two", "aisha.khan@example.org"), None);
    }

    #[test]
    fn numbers_are_masked_but_told_apart() {
        assert_eq!(masked("+447700900123"), "+44•••••••123");
        assert_eq!(masked("anonymous"), "anonymous");
    }
}
