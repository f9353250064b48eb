<#
.SYNOPSIS
Delivers the pictures of a plan of `facecraft directory plan` to Entra ID, as the person signed in.

.DESCRIPTION
For those who may not register an application. Not run by its authors: no PowerShell is where it was
written. PowerShell 7, with the modules Microsoft.Graph.Authentication and Microsoft.Graph.Users:

    Install-Module Microsoft.Graph.Authentication, Microsoft.Graph.Users -Scope CurrentUser

It reads plan.csv, sends the pictures of rows that are `ready`, `delivered` or `unchanged`, and writes
down what was sent (entra-sent.csv in the plan), so that the same again sends only what changed.

.EXAMPLE
facecraft directory plan staff.csv --photos photos --profile graph -o plan
pwsh examples/entra.ps1 -Plan plan -Limit 1
#>
#Requires -Version 7
param(
    [Parameter(Mandatory)] [string] $Plan,
    [string] $PictureProfile = 'graph',
    [string] $Domain = '',  # for accounts without an @: account@Domain
    [int] $Limit = 0,       # 0: all
    [switch] $WhatIf
)

$ErrorActionPreference = 'Stop'
$sentFile = Join-Path $Plan 'entra-sent.csv'
$sent = @{}
if (Test-Path $sentFile) {
    Import-Csv $sentFile | ForEach-Object { $sent[$_.user] = $_.sha256 }
}

# A picture's name is its account, with %XX for what a file name may not have.
function Get-PicturePath([string] $Account) {
    $name = [regex]::Replace($Account, '[\x00-\x1F\x7F%/\\:*?"<>|]|^[. ]|[. ]$', {
            param($match)
            -join ([Text.Encoding]::UTF8.GetBytes($match.Value) | ForEach-Object { '%{0:X2}' -f $_ })
        })
    Join-Path $Plan 'pictures' $PictureProfile "$name.jpg"
}

# Waits that Graph asks for are kept by the module itself; what is left is tried again, ever later.
function Send-Picture([string] $User, [string] $Path) {
    for ($try = 1; ; $try++) {
        try {
            Set-MgUserPhotoContent -UserId $User -InFile $Path
            return
        } catch {
            if ($try -ge 5 -or $_.Exception.Message -notmatch '429|502|503|504|Too ?Many') { throw }
            Start-Sleep -Seconds ([math]::Pow(2, $try) + (Get-Random -Maximum 1.0))
        }
    }
}

Connect-MgGraph -Scopes 'ProfilePhoto.ReadWrite.All' -NoWelcome
$done = 0
$refused = 0
foreach ($row in Import-Csv (Join-Path $Plan 'plan.csv')) {
    if ($row.state -notin 'ready', 'delivered', 'unchanged') { continue }
    $account = $row.account -replace "^'", ''  # which keeps spreadsheets from reading formulas
    $user = if ($account.Contains('@') -or -not $Domain) { $account } else { "$account@$Domain" }
    $sha256 = $row."${PictureProfile}_sha256"
    if ($sent[$user] -eq $sha256) { continue }
    if ($Limit -gt 0 -and $done -ge $Limit) { break }
    $path = Get-PicturePath $account
    if ((Get-FileHash -Algorithm SHA256 $path).Hash -ne $sha256) {
        Write-Warning "${user}: $path is not the picture of the plan; plan again"
        $refused++
        continue
    }
    if ($WhatIf) {
        "would send $user"
        continue
    }
    try {
        Send-Picture $user $path
        $sent[$user] = $sha256
        $done++
        # After each one: who stops here goes on here.
        $sent.GetEnumerator() | ForEach-Object { [pscustomobject]@{ user = $_.Key; sha256 = $_.Value } } |
            Export-Csv $sentFile
    } catch {
        Write-Warning "${user}: $($_.Exception.Message)"
        $refused++
    }
}
"$done sent, $refused refused"
exit ($refused -gt 0 ? 21 : 0)
