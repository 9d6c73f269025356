use std::fmt;

/// A point.
#[derive(Debug)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let text = format!("{} {}", self.x, self.y);
        f.write_str(&text)?;
        Ok(())
    }
}

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}
