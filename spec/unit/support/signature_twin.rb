# frozen_string_literal: true

require "openssl"

# Signs as the API documents it, with Ruby and OpenSSL: the reference for the native code.
class SignatureTwin
  def initialize(secret)
    @secret = secret
  end

  def string_to_sign(verb, path, params)
    "#{verb.to_s.upcase}\n#{path}\n#{parameters(params)}"
  end

  def sign(verb, path, params)
    hmac(string_to_sign(verb, path, params))
  end

  def hmac(text)
    OpenSSL::HMAC.hexdigest("SHA256", @secret, text)
  end

  private

  def parameters(params)
    lowercased = params.transform_keys { |name| name.to_s.downcase }
    lowercased.delete("auth_signature")
    lowercased.sort_by(&:first).flat_map { |name, value| parameter(name, value) }.join("&")
  end

  def parameter(name, value)
    return ["#{name}=#{value}"] unless value.is_a?(Array)

    value.map { |element| "#{name}[]=#{element}" }
  end
end
