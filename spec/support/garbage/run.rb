# frozen_string_literal: true

# A program: runs the gem's core under a stressed collector. Exits with 1 if a result differs.

require_relative "comparison"
require_relative "../channels_api/certificates"

certificates = ChannelsApi::Certificates.new
ways = {
  "in the clear" => {},
  "over TLS" => { tls: certificates.good, trusted: certificates.pem_file }
}
clean = ways.map do |how, options|
  Garbage::Comparison.new(**options).differences.map do |mode, differences|
    puts "#{mode}, #{how}: #{differences.empty? ? "all as it should be" : "not the same"}"
    differences.each { |name, expected, actual| puts "  #{name}:", "    #{expected.inspect}", "    #{actual.inspect}" }
    differences.empty?
  end
end
exit(clean.flatten.all?)
