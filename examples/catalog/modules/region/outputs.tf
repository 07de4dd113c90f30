output "region" {
  description = "The region."
  value       = terraform_data.region.output.region
}

output "zones" {
  description = "The zones that are used."
  value       = terraform_data.region.output.zones
}
