//! What a file is, by its own bytes: what it says of itself, and what its sender's telephone says, proves nothing.

use std::io::Cursor;

use agency::chat::MediaKind;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

/// A file that we keep.
#[derive(Debug)]
pub(crate) struct Inspected {
    pub(crate) kind: MediaKind,
    pub(crate) media_type: &'static str,
    pub(crate) extension: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// The kept file, or why it is not kept.
pub(crate) fn inspect(bytes: &[u8], pixels_max: u32) -> Result<Inspected, &'static str> {
    let found = infer::get(bytes).ok_or("its kind is not known")?;
    let (kind, media_type, extension) = match found.mime_type() {
        "image/jpeg" | "image/png" | "image/webp" => {
            let bytes = made_anew(bytes, pixels_max).ok_or("it is no picture that can be read")?;
            return Ok(Inspected {
                kind: MediaKind::Picture,
                media_type: "image/jpeg",
                extension: "jpg",
                bytes,
            });
        }
        "video/mp4" => (MediaKind::Video, "video/mp4", "mp4"),
        "video/3gpp" => (MediaKind::Video, "video/3gpp", "3gp"),
        "video/quicktime" => (MediaKind::Video, "video/quicktime", "mov"),
        "audio/ogg" | "audio/opus" => (MediaKind::Voice, "audio/ogg", "ogg"),
        "audio/mpeg" => (MediaKind::Voice, "audio/mpeg", "mp3"),
        "audio/amr" => (MediaKind::Voice, "audio/amr", "amr"),
        "audio/m4a" | "audio/aac" => (MediaKind::Voice, "audio/aac", "m4a"),
        "application/pdf" => (MediaKind::Document, "application/pdf", "pdf"),
        _ => return Err("we do not take files of its kind"),
    };
    Ok(Inspected { kind, media_type, extension, bytes: bytes.to_vec() })
}

/// The picture alone, upright: without place, time, camera, or anything that hides behind it. A picture that would need
/// more memory than any photograph is none.
pub(crate) fn made_anew(bytes: &[u8], pixels_max: u32) -> Option<Vec<u8>> {
    const SIDE_MAX: u32 = 16_384;
    const MEMORY_MAX: u64 = 256 * 1024 * 1024;
    const QUALITY: u8 = 85;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    if picture.width().max(picture.height()) > pixels_max {
        picture = picture.thumbnail(pixels_max, pixels_max);
    }
    let mut out = Vec::new();
    picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: &[u8] = include_bytes!("../scenarios/photo.jpg");

    #[test]
    fn a_photo_is_kept_upright_and_without_its_place() {
        assert!(PHOTO.windows(4).any(|bytes| bytes == b"Exif"), "the sample says where it was taken");
        let kept = inspect(PHOTO, 4_096).expect("a photo");
        assert!(!kept.bytes.windows(4).any(|bytes| bytes == b"Exif"));
        let picture = image::load_from_memory(&kept.bytes).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (120, 160), "it lay on its side");
    }

    #[test]
    fn a_large_picture_is_made_smaller() {
        let kept = inspect(PHOTO, 80).expect("a photo");
        let picture = image::load_from_memory(&kept.bytes).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (60, 80));
    }

    #[test]
    fn what_is_none_of_these_is_refused() {
        let program = [&b"\x7fELF\x02\x01\x01"[..], &[0; 64]].concat();
        for (bytes, why) in [
            (program.as_slice(), "we do not take files of its kind"),
            (b"<!DOCTYPE html><html><body>hello</body></html>", "we do not take files of its kind"),
            (b"plain words", "its kind is not known"),
            (&PHOTO[..40], "it is no picture that can be read"),
        ] {
            assert_eq!(inspect(bytes, 4_096).err(), Some(why));
        }
    }
}
