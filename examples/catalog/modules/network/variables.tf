variable "account_id" {
  description = "The account that the network belongs to."
  type        = string
}

variable "zones" {
  description = "The zones that get a subnet."
  type        = list(string)

  validation {
    condition     = length(var.zones) > 0
    error_message = "A network needs a zone."
  }
}

variable "cidr" {
  description = "The addresses of the whole network."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "Give a range of IPv4 addresses, such as 10.0.0.0/16."
  }
}

variable "tags" {
  description = "Put on everything."
  type        = map(string)
  default     = {}
}
