variable "account_id" {
  description = "The account that the bucket belongs to."
  type        = string
}

variable "region" {
  description = "Where it stands."
  type        = string
}

variable "name" {
  description = "How the bucket's name begins."
  type        = string
}

variable "versioned" {
  description = "Whether older versions of objects are kept."
  type        = bool
  default     = true
}

variable "lifecycle_rules" {
  description = "After how many days objects below a prefix are removed."
  type = list(object({
    prefix = string
    days   = number
  }))
  default = []
}
