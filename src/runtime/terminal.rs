//! The terminal: every mode that is switched on is switched off again, on
//! return, on error, on panic, before a suspend.
//!
//! What is painted passes the second gate on its way: see `gate`.

use std::{
    io::{self, Write},
    panic,
    path::Path,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    clipboard::CopyToClipboard,
    event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange},
    execute,
    terminal::{
        self, DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{backend::Backend, buffer::Buffer, layout::Size};

use super::{
    canvas::Canvas,
    encoder::{Encoder, Stdout},
    gate::Gate,
    pictures::TerminalPictures,
    stderr,
};
use crate::{
    app::settings::{Notify, PicturesBy},
    domain::PictureNumber,
    text,
    ui::Painted,
};

static MODES_ON: AtomicBool = AtomicBool::new(false);
/// The mouse is ours while the desk has the terminal.
static MOUSE: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The terminal while the desk has it.
#[derive(Debug)]
pub struct Terminal {
    canvas: Canvas,
    /// The next frame has to be painted whole.
    blank: bool,
    /// What is painted.
    painted: Painted,
    gate: Gate<Encoder<Stdout>>,
    pictures: TerminalPictures,
}

impl Terminal {
    /// Takes the terminal over. Meanwhile stderr goes into the file `log`.
    pub fn enter(mouse: bool, pictures: PicturesBy, log: Option<&Path>) -> io::Result<Self> {
        MOUSE.store(mouse, Ordering::SeqCst);
        stderr::prepare(log);
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                restore();
                before(info);
            }));
        });
        let (width, height) = terminal::size()?;
        modes_on()?;
        let encoder = Encoder::new(Stdout, Size::new(width, height));
        Ok(Self {
            canvas: Canvas::new(width, height),
            blank: true,
            painted: Painted::default(),
            gate: Gate::new(encoder, pictures),
            pictures: TerminalPictures::new(pictures),
        })
    }

    /// Columns and rows that frames are drawn for.
    pub fn size(&self) -> (u16, u16) {
        self.canvas.size()
    }

    /// Columns and rows as they are now; the next frame is drawn for them.
    pub fn resized(&mut self) -> io::Result<(u16, u16)> {
        if terminal::size()? != self.size() {
            self.clear()?;
        }
        Ok(self.size())
    }

    /// Whether the next frame has to be painted whole.
    ///
    /// After a panic in a background task the hook has given the terminal back;
    /// as long as the desk goes on, it is taken over again.
    pub fn is_blank(&mut self) -> io::Result<bool> {
        if !MODES_ON.load(Ordering::SeqCst) {
            self.take_back()?;
        }
        Ok(self.blank)
    }

    /// Draws a frame. `paint` is given what is painted, and paints over it.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Painted, &mut Buffer)) -> io::Result<()> {
        self.blank = false;
        paint(&mut self.painted, self.canvas.buffer());
        self.canvas.send(&self.painted.parts, &mut self.gate)?;
        match self.painted.cursor {
            Some(at) => {
                self.gate.set_cursor_position(at)?;
                self.gate.show_cursor()?;
            }
            None => self.gate.hide_cursor()?,
        }
        Backend::flush(&mut self.gate)?;
        let pictures = &self.pictures;
        for (number, x, y) in self.gate.touched(|number| pictures.cells(number)) {
            write(&pictures.placed(number, (x, y)))?;
        }
        Ok(())
    }

    /// Gives the terminal a picture to draw where its cells stand, between two frames.
    pub fn send_picture(
        &mut self,
        number: PictureNumber,
        cells: (u16, u16),
        file: &Arc<[u8]>,
    ) -> io::Result<()> {
        self.between(|pictures| pictures.take(number, cells, file))
    }

    /// Lets the terminal forget pictures.
    pub fn drop_pictures(&mut self, numbers: &[PictureNumber]) -> io::Result<()> {
        self.between(|pictures| pictures.drop_some(numbers))
    }

    /// Sends something about pictures between two frames; it may move the cursor.
    fn between(&mut self, what: impl FnOnce(&mut TerminalPictures) -> String) -> io::Result<()> {
        self.gate.terminal().forget_place();
        write(&what(&mut self.pictures))
    }

    /// The next frame is drawn whole, and as large as the terminal is now.
    pub fn clear(&mut self) -> io::Result<()> {
        let (width, height) = terminal::size()?;
        self.canvas = Canvas::new(width, height);
        self.blank = true;
        let terminal = self.gate.terminal();
        terminal.start_over(Size::new(width, height));
        self.gate.clear()
    }

    /// Rings the bell, between two frames.
    pub fn bell(&mut self) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(b"\x07")?;
        out.flush()
    }

    /// Lets the terminal tell something outside its window, between two frames.
    pub fn notify(&mut self, how: Notify, words: &str) -> io::Result<()> {
        match notification(how, words) {
            Some(sequence) => write(&sequence),
            None => Ok(()),
        }
    }

    /// Puts text into the clipboard of the terminal (OSC 52), wherever that runs.
    pub fn copy(&mut self, words: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(words))
    }

    /// Gives the terminal's window a title, between two frames.
    pub fn title(&mut self, words: &str) -> io::Result<()> {
        write(&format!("\x1b]2;{}\x1b\\", plain(words)))
    }

    /// Gives the terminal back for good.
    pub fn leave(&mut self) {
        let _ = write(&self.pictures.drop_all());
        restore();
    }

    /// Gives the terminal to another program for a while.
    pub fn lend(&mut self) {
        let _ = write(&self.pictures.drop_all());
        restore();
    }

    /// Takes the terminal over again.
    pub fn take_back(&mut self) -> io::Result<()> {
        modes_on()?;
        self.gate.terminal().cursor_was_hidden();
        self.clear()
    }

    /// Gives the terminal back to the shell, stops this process group as ^Z
    /// does, and takes the terminal over again when it goes on.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.lend();
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.take_back()
    }
}

/// On one line, and nothing in it that could end or begin a sequence.
fn plain(words: &str) -> String {
    text::cut(&text::Clean::one_line(words), 200)
}

fn write(sequence: &str) -> io::Result<()> {
    if sequence.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout();
    out.write_all(sequence.as_bytes())?;
    out.flush()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn modes_on() -> io::Result<()> {
    enable_raw_mode()?;
    MODES_ON.store(true, Ordering::SeqCst);
    stderr::lead_away();
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        // What the terminal takes for wider than we do must not run into the
        // next line.
        DisableLineWrap,
        EnableBracketedPaste,
        EnableFocusChange,
        crossterm::cursor::Hide
    )?;
    // The title that was there comes back at the end (xterm's title stack).
    write("\x1b[22;2t")?;
    if MOUSE.load(Ordering::SeqCst) {
        // Buttons and what is dragged, with places beyond column 223; not every
        // movement, which nobody here needs.
        write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")?;
    }
    Ok(())
}

/// Switches off whatever was switched on. May be called at any time, also
/// twice.
fn restore() {
    if !MODES_ON.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone cannot be restored, and there is nobody to tell:
    // words for it would end the program by a panic.
    let gone = write("\x1b[23;2t").is_err();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = write("\x1b[?1006l\x1b[?1002l\x1b[?1000l");
    }
    let _ = execute!(
        io::stdout(),
        DisableFocusChange,
        DisableBracketedPaste,
        EnableLineWrap,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
    if !gone {
        stderr::lead_back();
    }
}
/// The words for a terminal's notification. They begin with a word of ours: some
/// terminals take what begins with a number for an order (`4;3;0`).
fn notification(how: Notify, words: &str) -> Option<String> {
    let words = plain(words);
    match how {
        Notify::Off => None,
        Notify::Osc9 => Some(format!("\x1b]9;switchboard: {words}\x1b\\")),
        Notify::Osc777 => {
            // A semicolon would end the title.
            let words = words.replace(';', ",");
            Some(format!("\x1b]777;notify;switchboard;{words}\x1b\\"))
        }
        Notify::Osc99 => Some(format!("\x1b]99;;switchboard: {words}\x1b\\")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A customer may be called as they like.
    #[test]
    fn a_name_is_no_order_to_the_terminal() {
        for how in [Notify::Osc9, Notify::Osc99, Notify::Osc777] {
            for name in ["4;3;0", "\x1b]0;title\x07", "a\u{9c}b"] {
                let sequence = notification(how, name).expect("a notification");
                let inside = &sequence[2..sequence.len() - 2];
                assert!(!inside.chars().any(char::is_control), "{sequence:?}");
                let words = inside.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
                let words = words.trim_start_matches("notify;");
                assert!(words.starts_with("switchboard"), "{sequence:?}");
            }
        }
        assert_eq!(notification(Notify::Off, "x"), None);
    }
}
