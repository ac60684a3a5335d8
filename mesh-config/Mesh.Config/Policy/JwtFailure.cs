namespace Mesh.Config.Policy;

/// <summary>Why a token is not valid for a rule.</summary>
public enum JwtFailure
{
    None,

    /// <summary>Not three base64url parts, or not JSON inside.</summary>
    Malformed,

    /// <summary>Its issuer is not the rule's.</summary>
    WrongIssuer,

    /// <summary>None of its audiences is accepted; answered with 403, everything else with 401.</summary>
    WrongAudience,

    /// <summary>Expired, or not valid yet.</summary>
    WrongTime,

    /// <summary>No key of the rule made the signature.</summary>
    WrongSignature,

    /// <summary>The keys are not there (yet); refused, because what is not known fails closed.</summary>
    NoKeys,
}
