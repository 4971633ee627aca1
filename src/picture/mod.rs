//! From the bytes of a stranger to a picture for the screen: bounded in pixels and
//! memory, of several frames the first, and small.
//!
//! | file | |
//! |---|---|
//! | `mod` | decodes, makes small, encodes |
//!
//! What a file says that it is does not count, only what stands in it. It must not
//! know where the bytes come from, nor what the terminal is.

use std::{io::Cursor, sync::Arc};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder,
};

use crate::domain::{Bitmap, Picture, PictureFile, PictureSize, Remedy};

/// Wider or higher pictures are not decoded, in pixels (our choice).
const WIDEST: u32 = 4096;
/// Nor those that need more memory, in bytes (our choice).
const MEMORY: u64 = 64 * 1024 * 1024;
/// The longest side of what is kept, in pixels: enough for a whole screen.
const KEPT: u32 = 1280;
/// How good the kept photos are, of 100.
const QUALITY: u8 = 85;

/// Makes a fetched picture small enough to keep: a JPEG, or a PNG where one sees
/// through it. An error says why not, in one sentence. It computes for a while.
pub fn reduced(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let image = decoded(bytes)?;
    let image = within(image, KEPT);
    encoded(&image, PictureFile::JpegOrPng)
}

/// A kept picture for its place on the screen, and as a file for a terminal that
/// draws pictures itself. It computes for a while.
pub fn shown(kept: &[u8], size: PictureSize, file: PictureFile) -> Result<Picture, String> {
    let image = decoded(kept)?;
    // In cells a pixel is half a character high and one wide. A PNG of a photo is
    // large, and goes to the terminal in one piece.
    let (pixels, cells) = match (size, file) {
        (PictureSize::Small, PictureFile::Png) => (320, 96),
        (PictureSize::Small, _) => (480, 96),
        (PictureSize::Large, PictureFile::Png) => (720, 320),
        (PictureSize::Large, _) => (KEPT, 320),
    };
    let for_cells = within(image.clone(), cells).into_rgba8();
    let (width, height) = for_cells.dimensions();
    let file = match file {
        PictureFile::None => None,
        kind => Some(Arc::from(encoded(&within(image, pixels), kind)?)),
    };
    Ok(Picture {
        bitmap: Arc::new(Bitmap {
            width,
            height,
            rgba: for_cells.into_raw(),
        }),
        file,
    })
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    let unknown = || "This is not a picture that switchboard can show (png, jpeg, gif or webp).";
    let damaged = |error: ImageError| match error {
        ImageError::Limits(_) => "The picture needs too much memory to show.".to_owned(),
        _ => CUT.to_owned(),
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| unknown())?;
    let format = reader.format().ok_or_else(unknown)?;
    if format == ImageFormat::WebP && !is_whole_webp(bytes) {
        return Err(CUT.into());
    }
    // Before anything of it is read: a PNG holds more than pixels.
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let needs = match format {
        // These do not hold to a limit of memory, so it is reckoned (measured peaks).
        ImageFormat::Jpeg if is_progressive(bytes) => 12 * pixels,
        ImageFormat::Jpeg => 4 * pixels,
        ImageFormat::WebP => 8 * pixels,
        _ => decoder.total_bytes(),
    };
    if width > WIDEST || height > WIDEST || needs > MEMORY {
        let open = Remedy::OpenLink;
        return Err(format!(
            "The picture is too large to show ({width} × {height} pixels); {open} opens it in the browser."
        ));
    }
    (limits.max_image_width, limits.max_image_height) = (Some(WIDEST), Some(WIDEST));
    decoder.set_limits(limits).map_err(damaged)?;
    // As the camera was held.
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(orientation);
    Ok(image)
}

const CUT: &str = "The picture is damaged or incomplete.";

/// Whether a JPEG holds the whole picture several times, each time finer: all of it is
/// in memory at once then. Its marker stands before the first scan.
fn is_progressive(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xC2 | 0xC6 | 0xCA | 0xCE => return true,
            // A scan begins, or the end is there.
            0xDA | 0xD9 => return false,
            // A byte that only fills.
            0xFF => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}

/// Whether every piece of a WebP is as long as it says: room is made for each by what
/// it says.
fn is_whole_webp(bytes: &[u8]) -> bool {
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let Some(end) = (at + 8).checked_add(length) else {
            return false;
        };
        if end > bytes.len() {
            return false;
        }
        at = end + length % 2;
    }
    true
}

/// No side longer than so many pixels; smaller ones stay as they are.
fn within(image: DynamicImage, longest: u32) -> DynamicImage {
    match image.width().max(image.height()) > longest {
        true => image.thumbnail(longest, longest),
        false => image,
    }
}

fn encoded(image: &DynamicImage, kind: PictureFile) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opaque = !image.color().has_alpha() || is_opaque(image);
    let written = match kind {
        PictureFile::JpegOrPng if opaque => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            image.to_rgb8().write_with_encoder(encoder)
        }
        _ => image
            .to_rgba8()
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png),
    };
    written.map_err(|_| "The picture cannot be made smaller.".to_owned())?;
    Ok(bytes)
}

fn is_opaque(image: &DynamicImage) -> bool {
    image.to_rgba8().pixels().all(|pixel| pixel.0[3] == 255)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        image
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .expect("written");
        bytes
    }

    /// Left half red, right half blue.
    fn photo(width: u32, height: u32) -> DynamicImage {
        let colour = |x, _| match x < width / 2 {
            true => Rgb([255, 0, 0]),
            false => Rgb([0, 0, 255]),
        };
        RgbImage::from_fn(width, height, colour).into()
    }

    #[test]
    fn a_picture_is_kept_small_and_shown_in_its_colours() {
        let kept = reduced(&png(&photo(2000, 1000))).expect("kept");
        assert!(kept.starts_with(&[0xFF, 0xD8]), "a photo is a JPEG");
        let small = shown(&kept, PictureSize::Small, PictureFile::None).expect("shown");
        assert_eq!((small.bitmap.width, small.bitmap.height), (96, 48));
        let red = small.bitmap.pixel(0, 0).expect("a pixel");
        let blue = small.bitmap.pixel(95, 47).expect("a pixel");
        assert!(red.0 > 240 && red.2 < 15, "{red:?}");
        assert!(blue.2 > 240 && blue.0 < 15, "{blue:?}");
        assert_eq!(small.bitmap.pixel(96, 0), None);
        assert!(small.file.is_none());
        let large = shown(&kept, PictureSize::Large, PictureFile::Png).expect("shown");
        assert_eq!((large.bitmap.width, large.bitmap.height), (320, 160));
        let file = large.file.expect("a file");
        assert!(file.starts_with(b"\x89PNG"));
        assert_eq!(decoded(&file).expect("decoded").width(), 720);
    }

    #[test]
    fn what_one_sees_through_stays_so() {
        let half = RgbaImage::from_fn(8, 8, |x, _| Rgba([9, 9, 9, if x < 4 { 0 } else { 255 }]));
        let kept = reduced(&png(&half.into())).expect("kept");
        assert!(kept.starts_with(b"\x89PNG"));
        let small = shown(&kept, PictureSize::Small, PictureFile::JpegOrPng).expect("shown");
        assert_eq!(small.bitmap.pixel(0, 0), None);
        assert_eq!(small.bitmap.pixel(7, 0), Some((9, 9, 9)));
        assert!(small.file.expect("a file").starts_with(b"\x89PNG"));
    }

    /// A PNG that says it is so large and holds nothing.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = png(&photo(2, 2));
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    /// CRC-32, as PNG wants it.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
                1 => (crc >> 1) ^ 0xEDB8_8320,
                _ => crc >> 1,
            })
        })
    }

    /// A small PNG with a profile of colours that is 160 MB when one unpacks it.
    fn profile_bomb() -> Vec<u8> {
        let mut png = png(&photo(2, 2));
        let mut packed = b"iCCPx\0\0".to_vec();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1024 * 1024];
        for _ in 0..160 {
            std::io::Write::write_all(&mut zlib, &zeros).expect("packed");
        }
        packed.extend(zlib.finish().expect("packed"));
        let length = u32::try_from(packed.len() - 4).expect("small");
        let crc = crc(&packed);
        let chunk = [&length.to_be_bytes()[..], &packed, &crc.to_be_bytes()].concat();
        // Behind the head.
        png.splice(33..33, chunk);
        png
    }

    #[test]
    fn no_piece_of_a_file_makes_room_for_more_than_the_limit() {
        let bomb = profile_bomb();
        assert!(bomb.len() < 1_000_000, "{}", bomb.len());
        // Shown without its profile or refused: never unpacked as a whole.
        if let Err(why) = reduced(&bomb) {
            assert!(why.ends_with('.'), "{why}");
        }
        // A piece of a WebP that says it has four gigabytes.
        let webp =
            b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x01\0\0\x01\0\0EXIF\xf0\xff\xff\xff";
        assert_eq!(reduced(webp), Err(CUT.to_owned()));
        // A progressive photo takes more memory than another one.
        let jpeg = |marker: u8| {
            let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, marker, 0, 17, 8];
            bytes.extend([
                0x0F, 0xA0, 0x0F, 0xA0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
            ]);
            bytes
        };
        assert!(is_progressive(&jpeg(0xC2)) && !is_progressive(&jpeg(0xC0)));
    }

    #[test]
    fn what_is_no_picture_says_so_in_a_sentence() {
        let whole = png(&photo(300, 300));
        let gif = {
            let mut bytes = Vec::new();
            photo(20, 20)
                .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Gif)
                .expect("written");
            bytes
        };
        for (what, bytes, words) in [
            ("nothing", Vec::new(), "not a picture"),
            ("a text", b"<html>no</html>".to_vec(), "not a picture"),
            ("a film", b"\0\0\0\x18ftypmp42".to_vec(), "not a picture"),
            ("a bomb", bomb(10_000, 10_000), "10000 × 10000 pixels"),
            ("a line", bomb(60_000, 1), "60000 × 1 pixels"),
            ("a lie", bomb(4_000, 4_000), "damaged or incomplete"),
            (
                "a cut png",
                whole[..whole.len() / 2].to_vec(),
                "damaged or incomplete",
            ),
            (
                "a head alone",
                whole[..20].to_vec(),
                "damaged or incomplete",
            ),
            ("a cut gif", gif[..15].to_vec(), "damaged or incomplete"),
            ("a lying jpeg", b"\xFF\xD8\xFF\xE0no".to_vec(), "damaged"),
            (
                "a lying webp",
                b"RIFF\x04\0\0\0WEBPVP8 ".to_vec(),
                "damaged",
            ),
        ] {
            let why = reduced(&bytes).expect_err(what);
            assert!(why.contains(words), "{what}: {why}");
        }
    }
}
