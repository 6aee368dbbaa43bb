//! Rightmove's bulk feed ("BLM"), version 3: a header that names the two separators, a definition of the fields, one record a
//! home. Codes as in Rightmove's field list for version 3.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::check::{Kind, problems, value};
use super::{ImportError, Row, RowError};

/// Pictures 00 to 59 are of the home; 60 and 61 are the energy certificate's graphs, document 50 is the certificate.
const IMAGES_MAX: usize = 60;
const EPC_FIELDS: &[&str] = &["MEDIA_DOCUMENT_50", "MEDIA_IMAGE_60", "MEDIA_IMAGE_61"];

/// `PROP_SUB_ID`
const FLATS: &[u32] = &[7, 8, 28, 29, 44, 56, 59];
const STUDIOS: &[u32] = &[9];
const MAISONETTES: &[u32] = &[10, 11];
const HOUSES: &[u32] = &[1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 21, 22, 23, 24, 26, 27, 43, 52, 117];

pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Row>, Vec<RowError>), ImportError> {
    let text = decoded(bytes);
    let header = between(&text, "#HEADER#", "#DEFINITION#")?;
    let (eof, eor) = (separator(header, "EOF")?, separator(header, "EOR")?);
    let fields: Vec<&str> = between(&text, "#DEFINITION#", "#DATA#")?
        .trim()
        .trim_end_matches(eor)
        .split(eof)
        .map(str::trim)
        .filter(|field| !field.is_empty())
        .collect();
    let data = between(&text, "#DATA#", "#END#")?;
    let first_line = text[..text.find("#DATA#").unwrap_or(0)].lines().count() + 1;
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    let mut line = first_line;
    for record in data.split(eor) {
        let starts_at = line + record.len() - record.trim_start().len();
        let at = line + record[..starts_at - line].matches('\n').count();
        line += record.matches('\n').count();
        if record.trim().is_empty() {
            continue;
        }
        match home(&fields, record, eof) {
            Ok(columns) => rows.push(Row { line: at, columns }),
            Err((reference, problem)) => errors.push(RowError { line: at, reference, problem }),
        }
    }
    check_count(header, rows.len() + errors.len())?;
    Ok((rows, errors))
}

/// Feeds come in UTF-8 or in the older Western alphabet.
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Result<&'t str, ImportError> {
    let lacks = |mark: &str| {
        ImportError::Unreadable(format!(
            "the file has no {mark}, so it is no whole BLM file; nothing was changed. Have it sent again"
        ))
    };
    let from = text.find(start).ok_or_else(|| lacks(start))? + start.len();
    let length = text[from..].find(end).ok_or_else(|| lacks(end))?;
    Ok(&text[from..from + length])
}

/// `EOF : '^'`
fn separator(header: &str, name: &str) -> Result<char, ImportError> {
    let line = header.lines().find(|line| line.trim_start().to_uppercase().starts_with(name));
    let quoted = line.and_then(|line| line.split('\'').nth(1)).and_then(|quoted| quoted.chars().next());
    quoted.ok_or_else(|| {
        ImportError::Unreadable(format!(
            "the header does not name {name}; it should say, for example, {name} : '^'"
        ))
    })
}

fn check_count(header: &str, found: usize) -> Result<(), ImportError> {
    let line = header.lines().find(|line| line.trim_start().to_lowercase().starts_with("property count"));
    let said =
        line.and_then(|line| line.rsplit(':').next()).and_then(|count| count.trim().parse::<usize>().ok());
    match said {
        Some(said) if said != found => Err(ImportError::Unreadable(format!(
            "the header promises {said} homes and the file has {found}; nothing was changed. Have it sent again"
        ))),
        _ => Ok(()),
    }
}

type Unfit = (Option<String>, String);

fn home(fields: &[&str], record: &str, eof: char) -> Result<Map<String, Value>, Unfit> {
    let values: Vec<&str> = record.trim_start_matches(['\r', '\n']).split(eof).map(str::trim).collect();
    let given: HashMap<&str, &str> =
        fields.iter().copied().zip(values.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    let reference = given.get("AGENT_REF").map(|reference| (*reference).to_owned());
    // The separator after the last field may or may not be there.
    if values.len() < fields.len() || values.len() > fields.len() + 1 {
        return Err((reference, format!("{} values for {} fields", values.len(), fields.len())));
    }
    let columns = columns(&given).map_err(|problem| (reference.clone(), problem))?;
    let wrong = problems(&columns);
    if wrong.is_empty() { Ok(columns) } else { Err((reference, wrong.join("; "))) }
}

fn columns(given: &HashMap<&str, &str>) -> Result<Map<String, Value>, String> {
    let of = |name: &str| given.get(name).copied();
    let is_rent = match of("TRANS_TYPE_ID") {
        Some("1") => false,
        Some("2") => true,
        other => {
            return Err(format!("TRANS_TYPE_ID is {}; 1 is a sale, 2 a letting", other.unwrap_or("missing")));
        }
    };
    let (price, period) = price(given, is_rent)?;
    let mut row = Map::new();
    let mut put = |column: &str, value: Value| drop(row.insert(column.to_owned(), value));
    put("reference", of("AGENT_REF").into());
    put("listing_type", if is_rent { "rent" } else { "sale" }.into());
    put("status", status(given, is_rent)?.into());
    put("address_line1", address(given).into());
    put("area", of("ADDRESS_3").or(of("ADDRESS_4")).or(of("TOWN")).into());
    put("city", of("TOWN").unwrap_or("London").into());
    put("postcode", postcode(given).into());
    put("bedrooms", value(Kind::Number, of("BEDROOMS").unwrap_or_default())?);
    put("bathrooms", value(Kind::Number, of("BATHROOMS").unwrap_or("0"))?);
    put("property_type", kind(of("PROP_SUB_ID"))?.into());
    put("price", price.into());
    put("rent_period", period.into());
    put("description", of("DESCRIPTION").or(of("SUMMARY")).unwrap_or_default().into());
    put("features", numbered(given, "FEATURE", 1..=10, 0).into());
    put("images", links(numbered(given, "MEDIA_IMAGE_", 0..=IMAGES_MAX - 1, 2)).into());
    put("floor_plan_url", links(numbered(given, "MEDIA_FLOOR_PLAN_", 0..=9, 2)).first().cloned().into());
    put("virtual_tour_url", links(numbered(given, "MEDIA_VIRTUAL_TOUR_", 0..=9, 2)).first().cloned().into());
    put(
        "epc_url",
        links(EPC_FIELDS.iter().filter_map(|field| of(field)).map(str::to_owned).collect())
            .first()
            .cloned()
            .into(),
    );
    put("tenure", tenure(of("TENURE_TYPE_ID")).into());
    put("furnished", furnished(of("LET_FURN_ID").filter(|_| is_rent)).into());
    if let Some(day) = of("LET_DATE_AVAILABLE").filter(|_| is_rent) {
        put("available_from", value(Kind::Day, day.split(' ').next().unwrap_or_default())?);
    }
    if let Some(band) = of("COUNCIL_TAX_BAND") {
        put("council_tax_band", band.into());
    }
    Ok(row)
}

/// `12`, `Elgin Avenue` → `12 Elgin Avenue`; `Flat 3`, `12 Elgin Avenue` → `Flat 3, 12 Elgin Avenue`.
fn address(given: &HashMap<&str, &str>) -> Option<String> {
    let (first, second) = (given.get("ADDRESS_1").copied(), given.get("ADDRESS_2").copied());
    match (first, second) {
        (Some(number), Some(street))
            if number.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) =>
        {
            Some(format!("{number} {street}"))
        }
        (Some(name), Some(street)) => Some(format!("{name}, {street}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

fn postcode(given: &HashMap<&str, &str>) -> Option<String> {
    Some(format!("{} {}", given.get("POSTCODE1")?, given.get("POSTCODE2")?))
}

/// `STATUS_ID`: 0 available, 1 and 2 sold subject to contract, 3 under offer, 4 reserved, 5 let agreed. What is not published is
/// withdrawn.
fn status(given: &HashMap<&str, &str>, is_rent: bool) -> Result<&'static str, String> {
    if given.get("PUBLISHED_FLAG") == Some(&"0") {
        return Ok("withdrawn");
    }
    match (given.get("STATUS_ID").copied(), is_rent) {
        (Some("0"), _) => Ok("available"),
        (Some("5"), _) | (Some("3" | "4"), true) => Ok("let_agreed"),
        (Some("1" | "2" | "3" | "4"), _) => Ok("under_offer"),
        (other, _) => Err(format!("STATUS_ID is {}; it goes from 0 to 5", other.unwrap_or("missing"))),
    }
}

/// `LET_RENT_FREQUENCY`: 0 weekly, 1 monthly, 2 quarterly, 3 yearly. The advertised rent must be exact (Renters' Rights Act 2025,
/// s. 56): one that does not come out in whole pounds a month is refused.
fn price(given: &HashMap<&str, &str>, is_rent: bool) -> Result<(i64, Option<&'static str>), String> {
    let price = value(Kind::Number, given.get("PRICE").copied().unwrap_or_default())?;
    let Some(price) = price.as_i64() else { return Err("PRICE is missing".to_owned()) };
    if !is_rent {
        return Ok((price, None));
    }
    let monthly = |months: i64| {
        (price % months == 0)
            .then_some((price / months, Some("month")))
            .ok_or_else(|| format!("a rent of {price} for {months} months is no whole number of pounds a month; give it by the month"))
    };
    match given.get("LET_RENT_FREQUENCY").copied() {
        Some("0") => Ok((price, Some("week"))),
        Some("1") | None => Ok((price, Some("month"))),
        Some("2") => monthly(3),
        Some("3") => monthly(12),
        Some(other) => Err(format!("LET_RENT_FREQUENCY {other} is none of 0, 1, 2, 3")),
    }
}

fn kind(code: Option<&str>) -> Result<&'static str, String> {
    let number: Option<u32> = code.and_then(|code| code.parse().ok());
    let is = |codes: &[u32]| number.is_some_and(|number| codes.contains(&number));
    if is(FLATS) {
        Ok("flat")
    } else if is(STUDIOS) {
        Ok("studio")
    } else if is(MAISONETTES) {
        Ok("maisonette")
    } else if is(HOUSES) {
        Ok("house")
    } else {
        Err(format!("PROP_SUB_ID {} is no flat, house, studio or maisonette", code.unwrap_or("is missing:")))
    }
}

fn tenure(code: Option<&str>) -> Option<&'static str> {
    match code? {
        "1" => Some("freehold"),
        "2" => Some("leasehold"),
        "4" => Some("commonhold"),
        "5" => Some("share of freehold"),
        _ => None,
    }
}

fn furnished(code: Option<&str>) -> Option<&'static str> {
    match code? {
        "0" => Some("furnished"),
        "1" => Some("part furnished"),
        "2" => Some("unfurnished"),
        "4" => Some("furnished or unfurnished"),
        _ => None,
    }
}

/// Fields of one name with numbers, those that are filled in.
fn numbered(
    given: &HashMap<&str, &str>,
    name: &str,
    numbers: std::ops::RangeInclusive<usize>,
    digits: usize,
) -> Vec<String> {
    numbers
        .filter_map(|n| given.get(format!("{name}{n:0digits$}").as_str()))
        .map(|value| (*value).to_owned())
        .collect()
}

/// Files that travel beside the feed are not here; links are.
fn links(values: Vec<String>) -> Vec<String> {
    values.into_iter().filter(|value| value.starts_with("http://") || value.starts_with("https://")).collect()
}
