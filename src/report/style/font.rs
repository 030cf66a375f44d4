//! The embedded typeface: a subset of Source Sans 3 with Latin and Cyrillic, regular and semibold.

use plotters::style::{FontStyle, register_font};
use std::sync::{Arc, OnceLock};

/// The family's name in pictures and pages.
pub const FAMILY: &str = "Hashwatt Sans";

const REGULAR: &[u8] = include_bytes!("../../../assets/vendor/source-sans/HashwattSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../../assets/vendor/source-sans/HashwattSans-Semibold.ttf");
const REGULAR_WEB: &[u8] = include_bytes!("../../../assets/vendor/source-sans/HashwattSans-Regular.woff2");
const SEMIBOLD_WEB: &[u8] = include_bytes!("../../../assets/vendor/source-sans/HashwattSans-Semibold.woff2");

/// Makes the family known to the drawing library; whether it took it.
pub fn register() -> bool {
    static DONE: OnceLock<bool> = OnceLock::new();
    *DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, SEMIBOLD).is_ok()
    })
}

/// The fonts that rasterizing may use: this family and no other.
pub fn database() -> Arc<resvg::usvg::fontdb::Database> {
    static DATABASE: OnceLock<Arc<resvg::usvg::fontdb::Database>> = OnceLock::new();
    let fill = || {
        let mut fonts = resvg::usvg::fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(SEMIBOLD.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(DATABASE.get_or_init(fill))
}

/// The family as `@font-face` rules that carry the fonts.
pub fn css() -> &'static str {
    use base64::Engine as _;
    static CSS: OnceLock<String> = OnceLock::new();
    CSS.get_or_init(|| {
        let face = |weight: u32, bytes: &[u8]| {
            let data = base64::engine::general_purpose::STANDARD.encode(bytes);
            format!("@font-face{{font-family:\"{FAMILY}\";font-weight:{weight};src:url(data:font/woff2;base64,{data}) format(\"woff2\")}}\n")
        };
        face(400, REGULAR_WEB) + &face(700, SEMIBOLD_WEB)
    })
}
