variable "greeting" {
  description = "How the letter begins."
  type        = string
  default     = "Hello"

  validation {
    condition     = trimspace(var.greeting) != ""
    error_message = "The greeting must not be empty."
  }
}
