//! What kind of home: to rent or to buy, its type, and what it must or must not have.

use std::sync::LazyLock;

use super::Expecting;
use super::entity::Found;
use super::phrases::PhraseBook;
use super::tokens::Tokens;
use crate::crm::{Feature, Listing, PropertyType};

static LISTINGS: LazyLock<PhraseBook<Listing>> = LazyLock::new(|| {
    const RENT: &[&str] = &[
        "rent", "rents", "renting", "rental", "rentals", "rented", "to let", "lettings", "letting", "pcm",
        "tenancy", "leasing", "per month", "short let", "long let", "lets",
    ];
    const SALE: &[&str] = &[
        "buy", "buying", "buyer", "buyers", "purchase", "purchasing", "for sale", "sales", "sale",
        "mortgage", "first time buyer", "bought", "asking price", "freehold", "leasehold", "to own",
        "owning", "put an? offer", "make an? offer",
    ];
    PhraseBook::of_lists(&[(Listing::Rent, RENT), (Listing::Sale, SALE)])
});

/// Whether the caller looks to rent or to buy. An owner who lets or sells is no applicant.
pub(super) fn listing(tokens: &Tokens, expecting: Expecting) -> Option<Found<Listing>> {
    let is_owner = expecting != Expecting::Listing && says_they_own(tokens);
    let found: Vec<_> =
        LISTINGS.find(tokens).into_iter().filter(|(_, run)| !tokens.is_refused(run.start)).collect();
    let (first, run) = found.first().filter(|_| !is_owner)?;
    let agree = found.iter().all(|(listing, _)| listing == first);
    // "I'm renting now and want to buy": what is wanted decides.
    let wanted = || {
        let mut wanted = found.iter().filter(|(_, run)| is_wanted(tokens, run.start));
        wanted.next().filter(|_| wanted.next().is_none())
    };
    if agree {
        return Some(Found::new(*first, run.clone()));
    }
    wanted().map(|(listing, run)| Found::new(*listing, run.clone()))
}

fn is_wanted(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(4)..at).any(|i| {
        matches!(
            tokens.get(i),
            "to" | "looking" | "want" | "wants" | "wanna" | "for" | "hoping" | "rather" | "interested"
        )
    })
}

fn says_they_own(tokens: &Tokens) -> bool {
    static OWNERS: LazyLock<PhraseBook<()>> = LazyLock::new(|| {
        PhraseBook::new(
            [
                "rent|let|renting|letting out",
                "rent|let|renting|letting it|them|mine|ours out?",
                "sell|selling my|our|it|mine|the|a|up",
                "to sell",
                "let|rent my|our",
                "letting|renting my|our",
                "rent my|our",
                "my|our rent",
                "the rent",
                "my tenant~",
                "sell",
                "my|our|his|her|their tenancy|landlord|lease",
                "rent|rental arrears|payment|payments|due|increase|review|statement",
                "pay|paid|paying my|our|the rent",
            ]
            .map(|phrase| ((), phrase)),
        )
    });
    static SEEKERS: LazyLock<PhraseBook<()>> = LazyLock::new(|| {
        PhraseBook::new(
            ["looking|searching|hoping|want|wanting|need|like|interested * to|in rent|renting|buy|buying|purchase", "somewhere|something|place|flat|house|home|property|anything|homes|flats to rent|buy|let"]
                .map(|phrase| ((), phrase)),
        )
    });
    let seeks = SEEKERS
        .find(tokens)
        .iter()
        .any(|((), run)| !matches!(tokens.get(run.end), "out" | "my" | "our" | "it" | "them"));
    !OWNERS.find(tokens).is_empty() && !seeks
}

static TYPES: LazyLock<PhraseBook<PropertyType>> = LazyLock::new(|| {
    const WORDS: &[(PropertyType, &[&str])] = &[
        (PropertyType::Studio, &["studio", "studios", "bedsit", "bed sit", "bedsits"]),
        (PropertyType::Maisonette, &["maisonette", "maisonettes", "mason ette", "duplex"]),
        (
            PropertyType::House,
            &[
                "house", "houses", "terraced", "townhouse", "town house", "terrace house", "semi",
                "semi detached", "mews", "cottage", "detached", "bungalow",
            ],
        ),
        (
            PropertyType::Flat,
            &[
                "flat", "flats", "apartment", "apartments", "penthouse", "conversion", "condo", "flatt",
                "apartement", "appartment",
            ],
        ),
    ];
    PhraseBook::of_lists(WORDS)
});

/// The kinds of home named and not refused.
pub(super) fn property_types(tokens: &Tokens) -> Vec<Found<PropertyType>> {
    let mut found: Vec<Found<PropertyType>> = Vec::new();
    for (kind, run) in TYPES.find(tokens) {
        let is_company = matches!(tokens.get(run.end), "share" | "shares" | "number" | "hunting");
        let is_address =
            kind == PropertyType::Flat && tokens.get(run.end).starts_with(|c: char| c.is_ascii_digit());
        let named_before = found.iter().any(|earlier| earlier.value == kind);
        if !tokens.is_refused(run.start) && !is_company && !is_address && !named_before {
            found.push(Found::new(kind, run));
        }
    }
    found
}

static FEATURES: LazyLock<PhraseBook<Feature>> = LazyLock::new(|| {
    use Feature::{
        AirConditioning, Balcony, Basement, Bath, Bills, ChainFree, Concierge, Dishwasher, Ensuite, EpcGood,
        Freehold, Furnished, Garage, Garden, GroundFloor, Gym, Laundry, Leasehold, Lift, NearTube, NewBuild,
        OpenPlan, Parking, Period, Pets, Quiet, Smoking, StepFree, Storage, StudyRoom, Terrace, TopFloor,
        Unfurnished,
    };
    const WORDS: &[(Feature, &[&str])] = &[
        (
            Parking,
            &[
                "parking", "off street parking", "parking space", "driveway", "somewhere to park",
                "park my|a|the|our car",
            ],
        ),
        (Garage, &["garage"]),
        (Garden, &["garden", "gardens", "outside space", "outdoor space", "back yard", "yard", "patio"]),
        (Balcony, &["balcony", "balconies"]),
        (Terrace, &["roof terrace", "terrace"]),
        (Lift, &["lift", "elevator"]),
        (
            Unfurnished,
            &["unfurnished", "un furnished", "not furnished", "without furniture", "own furniture"],
        ),
        (Furnished, &["furnished", "fully furnished", "part furnished", "furniture"]),
        (
            Pets,
            &[
                "pet", "pets", "dog", "dogs", "cat", "cats", "pet friendly", "animals", "puppy", "labrador",
                "rabbit",
            ],
        ),
        (
            Bills,
            &[
                "bills included", "bills inclusive", "including bills", "all inclusive",
                "inclusive of bills", "including the? bills",
            ],
        ),
        (
            Laundry,
            &["washing machine", "laundry", "washer", "utility room", "tumble dryer", "in unit laundry"],
        ),
        (Dishwasher, &["dishwasher"]),
        (Concierge, &["concierge", "porter", "doorman"]),
        (Gym, &["gym"]),
        (GroundFloor, &["ground floor"]),
        (TopFloor, &["top floor", "penthouse"]),
        (Ensuite, &["ensuite", "en suite"]),
        (EpcGood, &["good epc", "epc of? a|b|c", "energy efficient"]),
        (ChainFree, &["chain free", "no chain", "no onward chain"]),
        (Freehold, &["freehold", "share of freehold"]),
        (Leasehold, &["leasehold"]),
        (NewBuild, &["new build", "newbuild", "brand new", "modern"]),
        (Period, &["period", "victorian", "edwardian", "georgian", "mansion block", "mansion flat"]),
        (
            NearTube,
            &[
                "near|by|beside|close * tube|station|underground",
                "near|close to? * station",
                "walk|minutes * tube|station",
            ],
        ),
        (StudyRoom, &["study", "home office", "office room", "box room"]),
        (Storage, &["storage", "bike storage", "shed", "loft"]),
        (
            StepFree,
            &[
                "step free", "wheelchair", "wheelchair access", "no stairs", "without stairs",
                "disabled access",
            ],
        ),
        (AirConditioning, &["air conditioning", "air con", "aircon"]),
        (Smoking, &["smoke", "smoking", "smoker", "smokers"]),
        (Bath, &["bathtub", "a bath", "proper bath"]),
        (OpenPlan, &["open plan"]),
        (Quiet, &["quiet", "peaceful"]),
        (Basement, &["basement", "lower ground"]),
    ];
    PhraseBook::of_lists(WORDS)
});

/// What the home must have, and what it must not; a feature is named once, in its longest form.
pub(super) fn features(tokens: &Tokens) -> Vec<Found<(Feature, bool)>> {
    let mut all = FEATURES.find(tokens);
    all.sort_by_key(|(_, run)| (run.start, std::cmp::Reverse(run.len())));
    let mut found: Vec<Found<(Feature, bool)>> = Vec::new();
    for (feature, run) in all {
        let overlaps = found.last().is_some_and(|last: &Found<(Feature, bool)>| last.run.end > run.start);
        let repeated = found.iter().any(|earlier| earlier.value.0 == feature);
        if !overlaps && !repeated && !is_other_thing(tokens, feature, &run) {
            let refused = tokens.is_refused(run.start)
                || matches!(tokens.before(run.start), "no" | "without" | "hate")
                || matches!(
                    (tokens.before(run.start.saturating_sub(1)), tokens.before(run.start)),
                    ("no" | "not", "a" | "any")
                );
            found.push(Found::new((feature, !refused), run));
        }
    }
    found
}

/// `Clifton Gardens` is a street, and nobody wishes for the smoke they smell.
fn is_other_thing(tokens: &Tokens, feature: Feature, run: &std::ops::Range<usize>) -> bool {
    let before = tokens.before(run.start);
    match feature {
        Feature::Garden => {
            tokens.get(run.start) == "gardens"
                && !matches!(before, "" | "with" | "and" | "big" | "communal" | "shared")
        }
        Feature::Smoking => matches!(before, "smell" | "see" | "the" | "theres" | "of"),
        Feature::Terrace => {
            !matches!(before, "a" | "roof" | "with" | "or" | "and" | "private" | "sun" | "the")
        }
        Feature::Period => {
            matches!(before, "notice" | "time" | "off" | "fixed" | "trial" | "rental" | "tenancy")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renting_and_buying_are_told_apart() {
        for (text, expected) in [
            ("a flat to rent", Some(Listing::Rent)),
            ("we want to buy", Some(Listing::Sale)),
            ("I'm renting now but I want to buy", Some(Listing::Sale)),
            ("not to rent, to buy", Some(Listing::Sale)),
            ("I want to rent out my flat", None),
            ("I'm thinking of selling my house", None),
            ("I want to sell", None),
            ("we're selling ours and looking to buy a house", Some(Listing::Sale)),
        ] {
            let found = listing(&Tokens::of(text), Expecting::Anything);
            assert_eq!(found.map(|found| found.value), expected, "{text}");
        }
    }

    #[test]
    fn features_are_wanted_or_refused() {
        let found = |text: &str| features(&Tokens::of(text)).into_iter().map(|f| f.value).collect::<Vec<_>>();
        assert_eq!(found("with a garden and no lift"), [(Feature::Garden, true), (Feature::Lift, false)]);
        assert_eq!(
            found("unfurnished, and I've got a dog"),
            [(Feature::Unfurnished, true), (Feature::Pets, true)]
        );
        assert_eq!(found("not on the ground floor"), [(Feature::GroundFloor, false)]);
        assert_eq!(found("the one in Clifton Gardens"), []);
    }
}
