variable "name" {
  description = "How the account is called; it cannot be changed."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name has 3 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "owner" {
  description = "Mail address of the team that answers for it."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+$", var.owner))
    error_message = "Give a mail address."
  }
}

variable "cost_center" {
  description = "What it is booked on."
  type        = number
  default     = 1000
}
