//! Two pages of A4, from the top down.

use agency::messages::{Card, Negotiator};
use agency::settings::AgencyProfile;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use ttf_parser::Face;

/// Everything on it.
pub(super) struct Sheet<'a> {
    pub(super) card: &'a Card,
    pub(super) agency: &'a AgencyProfile,
    pub(super) negotiator: Option<&'a Negotiator>,
    /// JPEGs, the first the largest on the page.
    pub(super) pictures: Vec<Vec<u8>>,
    pub(super) plan: Option<Vec<u8>>,
}

const REGULAR: &[u8] = include_bytes!("../../assets/DejaVuSans-Latin.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/DejaVuSans-Bold-Latin.ttf");

/// A4 in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 48.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Red, green, blue.
const INK: [u8; 3] = [33, 37, 41];
const QUIET: [u8; 3] = [96, 103, 112];

struct Style {
    font: Font,
    face: Face<'static>,
}

impl Style {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(bytes.to_vec().into(), 0)?, face: Face::parse(bytes, 0).ok()? })
    }

    /// In points.
    fn width(&self, words: &str, size: f32) -> f32 {
        let advance =
            |letter| self.face.glyph_index(letter).and_then(|glyph| self.face.glyph_hor_advance(glyph));
        let units: f32 = words.chars().map(|letter| f32::from(advance(letter).unwrap_or(1_000))).sum();
        units * size / f32::from(self.face.units_per_em())
    }

    /// Broken between words, so that no line is wider.
    fn lines(&self, words: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in words.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), size) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// A page that is being filled from the top.
struct Pen<'p, 's> {
    surface: &'p mut Surface<'s>,
    regular: &'p Style,
    bold: &'p Style,
    y: f32,
}

impl Pen<'_, '_> {
    fn ink(&mut self, [red, green, blue]: [u8; 3]) {
        let color = rgb::Color::new(red, green, blue);
        self.surface.set_fill(Some(Fill { paint: color.into(), ..Fill::default() }));
    }

    fn line(&mut self, words: &str, (x, size, is_bold): (f32, f32, bool)) {
        let style = if is_bold { self.bold } else { self.regular };
        let at = Point::from_xy(x, self.y);
        self.surface.draw_text(at, style.font.clone(), size, words, false, TextDirection::LeftToRight);
    }

    fn paragraph(&mut self, words: &str, size: f32, lines_max: usize) {
        for line in self.regular.lines(words, size, INNER).into_iter().take(lines_max) {
            self.y += size * 1.45;
            self.line(&line, (MARGIN, size, false));
        }
    }

    fn heading(&mut self, words: &str) {
        self.y += 26.0;
        self.ink(INK);
        self.line(words, (MARGIN, 11.5, true));
        self.y += 3.0;
    }

    /// As large as fits, from the left edge given; says how tall it became.
    fn picture(&mut self, jpeg: Vec<u8>, (x, width, height): (f32, f32, f32)) -> f32 {
        let Ok(image) = Image::from_jpeg(jpeg.into(), true) else { return 0.0 };
        let (w, h) = image.size();
        #[expect(clippy::cast_precision_loss, reason = "pixels of a picture, some thousands")]
        let (w, h) = (w as f32, h as f32);
        let scale = (width / w).min(height / h);
        let Some(size) = Size::from_wh(w * scale, h * scale) else { return 0.0 };
        self.surface.push_transform(&Transform::from_translate(x, self.y));
        self.surface.draw_image(image, size);
        self.surface.pop();
        h * scale
    }
}

/// The file; none if a font or a page cannot be made.
pub(super) fn draw(sheet: &Sheet<'_>) -> Option<Vec<u8>> {
    let (regular, bold) = (Style::read(REGULAR)?, Style::read(BOLD)?);
    let mut document = Document::new();
    let title = format!("{}, {}", sheet.card.title, sheet.card.place);
    document.set_metadata(
        Metadata::new().title(title).language("en-GB".to_owned()).authors(vec![sheet.agency.name.clone()]),
    );
    let has_more = sheet.pictures.len() > 1 || sheet.plan.is_some();
    for number in 0..=usize::from(has_more) {
        let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT)?);
        let mut surface = page.surface();
        let mut pen = Pen { surface: &mut surface, regular: &regular, bold: &bold, y: MARGIN };
        if number == 0 {
            first_page(&mut pen, sheet);
        } else {
            pictures(&mut pen, sheet);
        }
        foot(&mut pen, sheet);
        surface.finish();
        page.finish();
    }
    document.finish().ok()
}

fn first_page(pen: &mut Pen<'_, '_>, sheet: &Sheet<'_>) {
    let card = sheet.card;
    pen.ink(QUIET);
    pen.line(&sheet.agency.name, (MARGIN, 10.0, false));
    let reference = format!("Reference {}", card.reference);
    let right = WIDTH - MARGIN - pen.regular.width(&reference, 10.0);
    pen.line(&reference, (right, 10.0, false));
    pen.ink(INK);
    pen.y += 34.0;
    pen.line(&agency::speech::capitalised(&card.title), (MARGIN, 22.0, true));
    let right = WIDTH - MARGIN - pen.bold.width(&card.price, 18.0);
    pen.line(&card.price, (right, 18.0, true));
    pen.y += 18.0;
    pen.ink(QUIET);
    pen.line(&card.place, (MARGIN, 11.0, false));
    pen.y += 14.0;
    if let Some(main) = sheet.pictures.first() {
        pen.y += pen_picture(pen, main.clone(), 250.0);
    }
    pen.ink(INK);
    pen.paragraph(&card.description, 10.0, 12);
    if !card.features.is_empty() {
        pen.heading("Features");
        pen.paragraph(&card.features.join("  •  "), 10.0, 4);
    }
    pen.heading("Material information");
    material(pen, card);
}

fn pen_picture(pen: &mut Pen<'_, '_>, jpeg: Vec<u8>, height: f32) -> f32 {
    pen.picture(jpeg, (MARGIN, INNER, height))
}

/// What somebody must know to decide; what the record lacks is to be asked for, not left unsaid (Digital Markets, Competition
/// and Consumers Act 2024, s. 227; parts A to C of the National Trading Standards' guidance).
fn material(pen: &mut Pen<'_, '_>, card: &Card) {
    let is_letting = card.deposit.is_some();
    let known: [(&str, Option<&String>); 10] = [
        (if is_letting { "Rent" } else { "Price" }, Some(&card.price)),
        ("Deposit", card.deposit.as_ref()),
        ("Holding deposit", card.holding_deposit.as_ref()),
        ("Bedrooms", Some(&card.beds)),
        ("Bathrooms", Some(&card.baths)),
        ("Council tax band", card.council_tax.as_ref()),
        ("Tenure", card.tenure.as_ref()),
        ("EPC rating", card.epc.as_ref()),
        ("Furnishing", card.furnished.as_ref()),
        ("Available", card.available.as_ref()),
    ];
    let of_sales = ["Deposit", "Holding deposit", "Furnishing", "Available"];
    let concerns = |name: &&str| is_letting || !of_sales.contains(name);
    let rows: Vec<(&str, &String)> =
        known.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    for pair in rows.chunks(2) {
        pen.y += 15.0;
        for ((name, value), x) in pair.iter().zip([MARGIN, MARGIN + INNER / 2.0]) {
            pen.ink(QUIET);
            pen.line(name, (x, 9.0, false));
            pen.ink(INK);
            pen.line(value, (x + 92.0, 9.0, false));
        }
    }
    let missing: Vec<&str> =
        known.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).filter(concerns).collect();
    let others = ["parking", "utilities", "broadband", "building safety", "restrictions and rights"];
    let ask: Vec<String> =
        missing.iter().map(|name| name.to_lowercase()).chain(others.map(str::to_owned)).collect();
    pen.y += 8.0;
    pen.ink(QUIET);
    pen.paragraph(&format!("Please ask us about: {}.", ask.join(", ")), 8.5, 3);
}

/// The other pictures two in a row, then the plan.
fn pictures(pen: &mut Pen<'_, '_>, sheet: &Sheet<'_>) {
    let width = (INNER - 12.0) / 2.0;
    let others: Vec<Vec<u8>> = sheet.pictures.iter().skip(1).cloned().collect();
    for pair in others.chunks(2) {
        let heights = pair
            .iter()
            .zip([MARGIN, MARGIN + width + 12.0])
            .map(|(jpeg, x)| pen.picture(jpeg.clone(), (x, width, 190.0)))
            .fold(0.0_f32, f32::max);
        pen.y += heights + 12.0;
    }
    if let Some(plan) = &sheet.plan {
        pen.heading("Floor plan");
        pen.y += 8.0;
        let left = HEIGHT - MARGIN - 30.0 - pen.y;
        pen_picture(pen, plan.clone(), left.max(60.0));
    }
}

fn foot(pen: &mut Pen<'_, '_>, sheet: &Sheet<'_>) {
    pen.y = HEIGHT - MARGIN + 6.0;
    let mut path = PathBuilder::new();
    if let Some(rule) = Rect::from_xywh(MARGIN, pen.y - 14.0, INNER, 0.6) {
        path.push_rect(rule);
    }
    pen.ink(QUIET);
    if let Some(path) = path.finish() {
        pen.surface.draw_path(&path);
    }
    let who =
        sheet.negotiator.map_or_else(String::new, |who| format!("{} looks after this home.  ", who.name));
    let words =
        format!("{who}{}, {}, {}", sheet.agency.name, sheet.agency.address, sheet.agency.phone.national());
    pen.line(&words, (MARGIN, 8.0, false));
}
