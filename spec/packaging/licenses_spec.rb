# frozen_string_literal: true

RSpec.describe "The licenses of crates and gems" do
  # Each permits use and distribution in a work under the MIT license.
  permissive = ["0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
                "CC0-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "Ruby", "Unicode-3.0", "Unlicense", "Zlib"]

  # An SPDX expression, in which AND binds tighter than OR; some crates still write a slash for OR.
  define_method(:permits?) do |expression|
    expression = expression.gsub("/", " OR ")
    nil while expression.sub!(/\(([^()]*)\)/) { permits?(Regexp.last_match(1)) ? "MIT" : "none" }
    expression.split(" OR ").any? { |choice| choice.split(" AND ").all? { |name| permissive.include?(name.strip) } }
  end

  def with_dependencies(names, seen = {})
    names.each do |name|
      next if seen.key?(name)

      seen[name] = Gem::Specification.find_by_name(name)
      with_dependencies(seen[name].runtime_dependencies.map(&:name), seen)
    end
    seen.values
  end

  it "are recognised as permitting distribution under MIT or not" do
    permitted = ["MIT", "MIT/GPL-3.0", "(MIT OR GPL-3.0) AND ISC", "GPL-3.0 OR MIT AND ISC"]
    refused = ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", ""]
    expect((permitted + refused).select { |expression| permits?(expression) }).to eq(permitted)
  end

  it "permit distribution under MIT for every crate" do
    refused = Workspace.packages.reject { |package| permits?(package["license"].to_s) }
    expect(refused.map { |package| package.values_at("name", "license") }).to be_empty
  end

  it "permit distribution under MIT for every gem that is needed to run or to compile" do
    names = PackedGems.specification_of(PackedGems.source).runtime_dependencies.map(&:name)
    refused = with_dependencies(names).reject { |gem| gem.licenses.any? { |license| permits?(license) } }
    expect(refused.map { |gem| [gem.name, gem.licenses] }).to be_empty
  end
end
