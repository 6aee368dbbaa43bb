//! What a caller asks about a home, or of the agency; and how they would like the homes to differ.

use std::sync::LazyLock;

use super::phrases::PhraseBook;
use super::tokens::Tokens;
use crate::crm::vocabulary;

vocabulary! {
    /// A fact about one home.
    Topic {
        Price = "price", Deposit = "deposit", CouncilTax = "council_tax", Epc = "epc", AvailableFrom = "available_from",
        Furnished = "furnished", Pets = "pets", Parking = "parking", Garden = "garden", Balcony = "balcony", Lift = "lift",
        Floor = "floor", Bills = "bills", Bathrooms = "bathrooms", Bedrooms = "bedrooms", Lease = "lease",
        ServiceCharge = "service_charge", Tenure = "tenure", Size = "size", Smoking = "smoking", Status = "status",
        Address = "address", Transport = "transport", Heating = "heating", Reference = "reference", Laundry = "laundry",
        Chain = "chain", Schools = "schools", Storage = "storage",
    }
}

vocabulary! {
    /// How the next homes should differ from those offered.
    Compare {
        Cheaper = "cheaper", Bigger = "bigger", Smaller = "smaller", Nearer = "nearer", Cheapest = "cheapest",
        Biggest = "biggest", Difference = "difference", Nicer = "nicer",
    }
}

vocabulary! {
    /// A question to the agency itself.
    OfficeTopic { Hours = "hours", Address = "address", Fees = "fees", Phone = "phone", Email = "email", Areas = "areas" }
}

static TOPICS: LazyLock<PhraseBook<Topic>> = LazyLock::new(|| {
    use Topic::{
        Address, AvailableFrom, Balcony, Bathrooms, Bedrooms, Bills, Chain, CouncilTax, Deposit, Epc, Floor,
        Furnished, Garden, Heating, Laundry, Lease, Lift, Parking, Pets, Price, Reference, Schools,
        ServiceCharge, Size, Smoking, Status, Storage, Tenure, Transport,
    };
    const WORDS: &[(Topic, &[&str])] = &[
        (
            Price,
            &[
                "how much",
                "whats|what the|its? price|rent",
                "what is the rent|price",
                "price",
                "asking price",
                "how much is it",
                "what|whats it going for",
            ],
        ),
        (Deposit, &["deposit"]),
        (CouncilTax, &["council tax", "which|what band", "tax band"]),
        (Epc, &["epc", "energy rating|performance", "energy certificate"]),
        (
            AvailableFrom,
            &[
                "when * available|free|vacant",
                "available from",
                "move in date",
                "when can|could i|we move",
                "how soon * move",
            ],
        ),
        (Furnished, &["furnished", "unfurnished", "furniture"]),
        (Pets, &["pets", "pet", "dog", "dogs", "cat", "cats", "animals", "puppy", "rabbit"]),
        (Parking, &["parking", "garage", "driveway", "park my|a|the car", "permit"]),
        (Garden, &["garden", "outside|outdoor space", "patio"]),
        (Balcony, &["balcony", "terrace"]),
        (Lift, &["lift", "elevator", "stairs"]),
        (Floor, &["what|which floor", "ground floor", "top floor", "how high up"]),
        (Bills, &["bills", "utilities", "water included", "include~ * bills|water|heating|wifi"]),
        (Bathrooms, &["how many bathrooms", "bathrooms", "ensuite", "en suite", "bath or shower", "shower"]),
        (Bedrooms, &["how many bedrooms|beds|rooms", "double bedrooms", "size of the bedrooms"]),
        (Lease, &["lease", "years left", "how long is left"]),
        (ServiceCharge, &["service charge", "ground rent", "maintenance charge"]),
        (Tenure, &["freehold", "leasehold", "tenure", "share of freehold"]),
        (
            Size,
            &[
                "square feet|footage|metres",
                "how big|large|small",
                "sq ft",
                "floor area",
                "floor plan",
                "dimensions",
            ],
        ),
        (Smoking, &["smoking", "smoke", "smokers"]),
        (
            Status,
            &[
                "still available|there|on|going|free",
                "is it gone|available|taken|let|sold",
                "has it gone|been|sold",
                "under offer",
                "been let|sold|taken",
            ],
        ),
        (
            Address,
            &[
                "whats|what the|its? * address",
                "where exactly",
                "full address",
                "where is it",
                "whereabouts is it",
                "house number",
            ],
        ),
        (Transport, &["nearest|closest tube|station|bus", "tube", "how far * station|tube", "transport"]),
        (Heating, &["heating", "central heating", "boiler", "gas or electric", "double glaz~"]),
        (Reference, &["reference number", "whats the reference"]),
        (Laundry, &["washing machine", "dishwasher", "white goods", "appliances", "tumble dryer"]),
        (Chain, &["chain"]),
        (Schools, &["school", "schools", "catchment"]),
        (Storage, &["storage", "bike", "loft", "cellar"]),
    ];
    PhraseBook::of_lists(WORDS)
});

static COMPARE: LazyLock<PhraseBook<Compare>> = LazyLock::new(|| {
    use Compare::{Bigger, Biggest, Cheaper, Cheapest, Difference, Nearer, Nicer, Smaller};
    const WORDS: &[(Compare, &[&str])] = &[
        (
            Cheapest,
            &["cheapest", "lowest", "least expensive", "cheaper one|of", "the cheaper", "less expensive one"],
        ),
        (
            Cheaper,
            &[
                "cheaper",
                "less expensive",
                "lower rent|price",
                "too expensive|dear|much|pricey",
                "bit expensive|dear|much|pricey|steep",
                "less money",
                "more affordable",
                "lower budget",
            ],
        ),
        (Biggest, &["biggest", "largest", "bigger one|of", "the bigger|larger", "most rooms", "roomiest"]),
        (
            Bigger,
            &[
                "bigger",
                "larger",
                "more space|room|spacious|rooms|bedrooms",
                "too small",
                "extra bedroom|room",
                "another bedroom",
            ],
        ),
        (Smaller, &["smaller", "too big|large", "fewer bedrooms|rooms"]),
        (Nearer, &["nearer", "closer", "too far"]),
        (
            Difference,
            &[
                "difference between",
                "whats the difference",
                "compare",
                "how do they compare",
                "which is better|best|nicer",
                "which would you",
                "which one is|would",
            ],
        ),
        (Nicer, &["nicer", "something better", "more modern"]),
    ];
    PhraseBook::of_lists(WORDS)
});

static OFFICE: LazyLock<PhraseBook<OfficeTopic>> = LazyLock::new(|| {
    use OfficeTopic::{Address, Areas, Email, Fees, Hours, Phone};
    const WORDS: &[(OfficeTopic, &[&str])] = &[
        (
            Hours,
            &[
                "opening hours|times",
                "are|r you|yous|ye open|closed|shut",
                "what|when|which * you|yous open|close|shut|closed",
                "when are|do you open|close",
                "open on|at|this|over|tomorrow|today|till|until|late",
                "closing time",
                "office hours",
                "your hours",
                "hours please",
                "close today",
            ],
        ),
        (
            Address,
            &[
                "where are you",
                "your address",
                "your office",
                "wheres your",
                "where is your|the office",
                "office address",
                "find your|you",
                "located",
                "based",
                "get to you",
            ],
        ),
        (
            Fees,
            &[
                "fees",
                "fee",
                "admin charge",
                "do you charge",
                "what * you charge",
                "holding deposit",
                "commission",
                "referencing fee",
                "how much is the deposit",
                "how much deposit",
            ],
        ),
        (Phone, &["your phone? number", "office number", "what number"]),
        (Email, &["your email", "office email", "email you", "email address to"]),
        (Areas, &["areas * cover", "which|what areas", "do you cover"]),
    ];
    PhraseBook::of_lists(WORDS)
});

pub(super) fn topics(tokens: &Tokens) -> Vec<Topic> {
    let mut topics = once_each(TOPICS.find(tokens));
    // "How much is the deposit" does not ask for the rent.
    if topics.iter().any(|topic| matches!(topic, Topic::Deposit | Topic::ServiceCharge | Topic::CouncilTax)) {
        topics.retain(|topic| *topic != Topic::Price);
    }
    topics
}

pub(super) fn compare(tokens: &Tokens) -> Option<Compare> {
    let mut found = COMPARE.find(tokens);
    found.sort_by_key(|(compare, run)| (std::cmp::Reverse(run.len()), *compare == Compare::Cheaper));
    found.first().map(|(compare, _)| *compare)
}

pub(super) fn office(tokens: &Tokens) -> Vec<OfficeTopic> {
    once_each(OFFICE.find(tokens))
}

fn once_each<T: PartialEq>(found: Vec<(T, std::ops::Range<usize>)>) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    for (topic, _) in found {
        if !all.contains(&topic) {
            all.push(topic);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_a_home_are_heard() {
        for (text, topic) in [
            ("does it have parking", Topic::Parking),
            ("which council tax band is it", Topic::CouncilTax),
            ("when is it available", Topic::AvailableFrom),
            ("can I keep a dog there", Topic::Pets),
            ("how long is left on the lease", Topic::Lease),
            ("is it still available", Topic::Status),
        ] {
            assert!(topics(&Tokens::of(text)).contains(&topic), "{text}");
        }
    }

    #[test]
    fn differences_are_heard() {
        for (text, expected) in [
            ("anything cheaper", Compare::Cheaper),
            ("the cheaper one", Compare::Cheapest),
            ("which is the cheapest", Compare::Cheapest),
            ("have you got anything bigger", Compare::Bigger),
            ("what's the difference between them", Compare::Difference),
        ] {
            assert_eq!(compare(&Tokens::of(text)), Some(expected), "{text}");
        }
    }
}
