mod gate;
mod marks_and_numbers;
mod stamps;
